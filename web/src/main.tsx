import { render } from "preact";
import { readHead, readReport } from "./data/report";
import { open } from "./state/marks";
import { keepTop } from "./state/scroll";
import { failure, head, report, start } from "./state/store";
import "./style/base.css";
import "./style/parts.css";
import "./style/charts.css";
import "./style/overview.css";
import "./style/matrix.css";
import "./style/articles.css";
import "./style/about.css";
import "./style/passages.css";
import "./style/text.css";
import "./style/article.css";
import "./style/passage.css";
import "./style/compare.css";
import "./style/print.css";
import { App } from "./views/app";

const root = document.getElementById("page");
if (root) {
  root.textContent = "";
  render(<App />, root);
}
start();
keepTop();
readHead()
  .then((found) => {
    head.value = found;
    open(found.id);
    return readReport(found);
  })
  .then((found) => {
    report.value = found;
  })
  .catch((error: unknown) => {
    failure.value = error instanceof Error ? error.message : String(error);
  });
