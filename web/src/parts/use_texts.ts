/** The text of an article, for views: it is unpacked when it is first asked for. */
import { useEffect, useState } from "preact/hooks";
import type { ArticleText } from "../text/article_text";
import { useReport } from "./small";

/** The texts of documents, in their order; null until all are there; an Error where the file has not got them. */
export function useTexts(documents: readonly number[]): ArticleText[] | Error | null {
  const report = useReport();
  const [state, set] = useState<{ of: string; texts: ArticleText[] | Error } | null>(null);
  const wanted = documents.join();
  useEffect(() => {
    let isWanted = true;
    Promise.all(documents.map((document) => report.text(document))).then(
      (texts) => isWanted && set({ of: wanted, texts }),
      (error: unknown) => isWanted && set({ of: wanted, texts: new Error(String(error)) }),
    );
    return () => {
      isWanted = false;
    };
  }, [wanted, report]);
  return state?.of === wanted ? state.texts : null;
}
