import type { Evaluation, Sample } from '../definition/types.ts';
import { count, GATE_TITLES, gateCells, METRIC_TITLES, metricCells } from '../compare/reasons.ts';
import { isFailed } from '../cases/samples.ts';
import { htmlPage } from './html-page.ts';
import { STYLE } from './html-style.ts';
import { escaped, plainLines } from './plain-text.ts';
import { membersOf } from './sample-text.ts';

/** Renders a static page without scripts or requests. Contains the metrics, then all samples, failed samples first. */
export function toHtml(evaluation: Evaluation): string {
  const { name, verdict, at, reasons, metrics, gates, totals, warnings, samples } = evaluation;
  const failed = samples.filter(isFailed);
  const others = samples.filter((sample) => !isFailed(sample));
  return htmlPage(`${name}: ${verdict}`, STYLE, [
    `<h1>${escaped(name)}: ${badge(verdict)}</h1>`,
    `<p>${escaped(at)}, ${count(totals.cases, 'case')}, ${count(totals.samples, 'sample')}, ${totals.replayed} replayed</p>`,
    list(reasons),
    table(METRIC_TITLES, metrics.map(metricCells)),
    gates.length === 0 ? '' : table(GATE_TITLES, gates.map(gateCells)),
    warnings.length === 0 ? '' : `<h2>Warnings</h2>\n${list(warnings)}`,
    section(count(failed.length, 'failed sample'), failed, true),
    section(count(others.length, 'other sample'), others, false),
  ]);
}

const badge = (verdict: string): string => `<strong class="${escaped(verdict)}">${escaped(verdict)}</strong>`;

const MAX_TEXT = 20_000;
const text = (content: string): string => escaped(plainLines(content, MAX_TEXT));

const list = (items: readonly string[]): string =>
  `<ul>\n${items.map((item) => `<li>${text(item)}</li>`).join('\n')}\n</ul>`;

/** Renders a table of names with their verdicts, which scrolls horizontally on a narrow screen. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = ([name = '', verdict = '', ...rest]: readonly string[]): string =>
    `<tr><th scope="row">${escaped(name)}</th>${[badge(verdict), ...rest.map(escaped)].map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  return [
    `<div class="table" role="region" aria-label="Results of each ${head[0] ?? ''}" tabindex="0"><table>`,
    `<thead><tr>${head.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead>`,
    `<tbody>${rows.map(cells).join('\n')}</tbody>`,
    '</table></div>',
  ].join('\n');
}

const section = (title: string, samples: readonly Sample[], isOpen: boolean): string =>
  `<h2>${title}</h2>\n${samples.map((sample) => sampleText(sample, isOpen)).join('\n')}`;

const sampleText = (sample: Sample, isOpen: boolean): string =>
  [
    `<details${isOpen ? ' open' : ''}>`,
    `<summary>${text(`${sample.case}#${sample.trial}`)}</summary>`,
    '<dl>',
    ...membersOf(sample).map(([title, content]) => `<dt>${title}</dt>\n<dd><pre>${text(content)}</pre></dd>`),
    '</dl>',
    '</details>',
  ].join('\n');
