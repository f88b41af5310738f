/** The frame of a chart: its heading, what it shows in words, and its files. */
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { savePng, saveSvg } from "./save";

interface Props {
  /** The name of the files. */
  name: string;
  title: string;
  /** What the chart says, for those who do not see it; and above it, for all. */
  summary: ComponentChildren;
  /** One svg with a viewBox. */
  children: ComponentChildren;
}

export function Chart({ name, title, summary, children }: Props) {
  const body = useRef<HTMLDivElement>(null);
  const chart = () => body.current?.querySelector("svg");
  const give = (write: (name: string, chart: SVGSVGElement) => unknown) => () => {
    const found = chart();
    if (found) void write(`syndetect-${name}`, found);
  };
  return (
    <figure class="chart" aria-labelledby={`chart-${name}`}>
      <figcaption>
        <h3 id={`chart-${name}`}>{title}</h3>
        <p class="dim">{summary}</p>
      </figcaption>
      <div ref={body} class="chart-body">
        {children}
      </div>
      <p class="chart-files">
        <button type="button" class="quiet" onClick={give(saveSvg)}>
          Save as SVG<span class="unseen">: {title}</span>
        </button>
        <button type="button" class="quiet" onClick={give(savePng)}>
          Save as PNG<span class="unseen">: {title}</span>
        </button>
      </p>
    </figure>
  );
}
