/** The uses of an article whose text the file does not hold, by their places. */
import { at } from "../data/report";
import { number } from "../text/words";
import { compareLink, counterpart, ROLES } from "./elsewhere";
import { KindMark, Name, PassageLink, useReport } from "./small";

export function UseTable({ uses }: { uses: readonly number[] }) {
  const report = useReport();
  return (
    <div class="scrolled">
      <table>
        <thead>
          <tr>
            <th scope="col">Characters</th>
            <th scope="col">Kind</th>
            <th scope="col" class="number">
              Words
            </th>
            <th scope="col">Role</th>
            <th scope="col">Side by side with</th>
          </tr>
        </thead>
        <tbody>
          {uses.map((use) => {
            const [passage, document] = [at(report.passageOf, use), at(report.uses.document, use)];
            const other = counterpart(report, passage, document);
            return (
              <tr key={use}>
                <th scope="row" data-use={use} data-begin={at(report.uses.begin, use)} tabIndex={-1}>
                  {number(at(report.uses.begin, use))}–{number(at(report.uses.end, use))}
                </th>
                <td>
                  <PassageLink passage={passage}>
                    <KindMark kind={report.kind(passage)} agency={report.agency(passage)} />
                  </PassageLink>
                </td>
                <td class="number">{number(at(report.uses.words, use))}</td>
                <td>{ROLES[at(report.uses.role, use)]}</td>
                <td>
                  {other !== null && (
                    <a href={compareLink(report, document, other, passage)}>
                      <Name of={report.name(other)} />
                    </a>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
