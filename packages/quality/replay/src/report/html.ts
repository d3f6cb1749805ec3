import { escaped, htmlPage, plainLine } from '@majordomo/evals/internal';
import { decisionOf, type Decision } from './decision.ts';
import { counted, integer, joinUnits } from './figures.ts';
import { contentsOf, type Content, type ReplayExample } from './html-example.ts';
import { STYLE } from './html-style.ts';
import { plotHtml } from './plot.ts';
import { plotsOf } from './plots.ts';
import type { ReplayCluster, ReplayReport } from './report.ts';
import { clusterText, differencesText, factsOf, tablesOf, type Cell, type Table } from './tables.ts';

/** Renders a page without scripts or requests. `examples`: calls whose content the page contains. */
export function htmlOf(report: ReplayReport, examples: readonly ReplayExample[]): string {
  const { name, verdict, clusters, warnings } = report;
  const plots = plotsOf(report);
  const known = new Map(examples.map((example) => [example.id, example]));
  const inClusters = new Set(clusters.flatMap((cluster) => cluster.examples));
  const others = examples.filter(({ id }) => !inClusters.has(id));
  return htmlPage(`${plainLine(name)}: ${verdict}`, STYLE, [
    headerHtml(report, decisionOf(report)),
    warnings.length === 0 ? '' : section('Warnings', [list(warnings)]),
    clusters.length === 0
      ? ''
      : section(
          'Groups of calls that got worse',
          clusters.map((cluster) => clusterHtml(cluster, known)),
        ),
    others.length === 0 ? '' : section('Other examples', others.map(exampleHtml)),
    plots.length === 0 ? '' : section('Comparison', plots.map(plotHtml)),
    section('Details', tablesOf(report).map(tableHtml)),
    section('Experiment', [list(factsOf(report).map(textOf))]),
  ]);
}

const text = (content: string, length = 1000): string => escaped(joinUnits(plainLine(content, length)));
const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.name);

const list = (items: readonly string[]): string =>
  `<ul>\n${items.map((item) => `<li>${marked(item)}</li>`).join('\n')}\n</ul>`;

/** Returns escaped text, in which backticks mark code. */
const marked = (content: string): string => text(content).replaceAll(/`([^`]{1,200})`/g, '<code>$1</code>');

const section = (title: string, blocks: readonly string[]): string =>
  `<section>\n<h2>${escaped(title)}</h2>\n${blocks.join('\n')}\n</section>`;

function headerHtml(report: ReplayReport, decision: Decision): string {
  const { name, at, verdict, rules, summary } = report;
  const { title, models, reasons, figures, groups, moreGroups, next } = decision;
  const tone = verdict === 'pass' && groups.length > 0 ? 'care' : verdict;
  const reasonItems = reasons.map(
    (reason, position) => `<li class="${rules[position]?.result ?? 'undecided'}">${reasonHtml(reason)}</li>`,
  );
  const figureItems = figures.map((figure) => `<li>${text(figure)}</li>`);
  const groupItems = groups.map(
    (group) =>
      `<li class="broken"><strong class="tone">Worse:</strong> <strong>${text(group.name, 120)}</strong>, ${text(group.text)}</li>`,
  );
  const rest = moreGroups === 0 ? [] : [`<li>Worse: ${integer(moreGroups)} more</li>`];
  const steps = next.map(
    (step) =>
      `<li>${marked(step.text)}${step.command === undefined ? '' : ` <code>${text(step.command)}</code>`}</li>`,
  );
  return [
    `<header class="${tone}">`,
    `<p class="muted">${text(name, 120)}, ${text(at.slice(0, 16).replace('T', ' '))} UTC, verdict <strong>${verdict}</strong></p>`,
    `<p>${text(models)}</p>`,
    `<h1>${text(title)}</h1>`,
    `<p class="summary">${text(summary)}</p>`,
    '<div class="columns">',
    `<div><h2>Why</h2><ul>${[...reasonItems, ...groupItems, ...rest].join('\n')}</ul></div>`,
    `<div><h2>Next</h2><ol>${steps.join('\n')}</ol></div>`,
    '</div>',
    ...(figures.length === 0 ? [] : [`<ul>${figureItems.join('\n')}</ul>`]),
    '</header>',
  ].join('\n');
}

/** Marks the result at the end of a reason. */
const reasonHtml = (reason: string): string =>
  text(reason).replace(/\b(met|broken|undecided)\b/, '<strong class="tone">$1</strong>');

function clusterHtml(cluster: ReplayCluster, known: ReadonlyMap<string, ReplayExample>): string {
  const { name, examples } = cluster;
  const shown = examples.flatMap((id) => known.get(id) ?? []);
  const ids = examples.filter((id) => !known.has(id));
  return [
    '<details open>',
    `<summary><strong>${text(name)}</strong></summary>`,
    `<p>${text(clusterText(cluster))}</p>`,
    `<p>Differences of the worse answers: ${text(differencesText(cluster) || 'none named')}</p>`,
    ids.length === 0 ? '' : `<p>Examples, without their content: <code>${text(ids.join(', '))}</code></p>`,
    ...shown.map(exampleHtml),
    '</details>',
  ].join('\n');
}

/** Renders both answers side by side, or one below the other on a narrow screen, and then the request. */
function exampleHtml(example: ReplayExample): string {
  const { answers, request } = contentsOf(example);
  return [
    '<details>',
    `<summary>Example ${text(example.id, 200)}</summary>`,
    '<dl class="answers">',
    ...answers.map((answer) => `<div>${contentHtml(answer)}</div>`),
    '</dl>',
    '<dl>',
    ...request.map(contentHtml),
    '</dl>',
    '</details>',
  ].join('\n');
}

const contentHtml = ({ title, text: content }: Content): string =>
  `<dt>${escaped(title)}</dt>\n<dd><pre>${escaped(content)}</pre></dd>`;

const dataCell = (cell: Cell): string =>
  typeof cell === 'string' ? `<td>${text(cell)}</td>` : `<td class="name">${text(cell.name)}</td>`;

/** Renders a table that scrolls horizontally on a narrow screen, and that can be closed. */
function tableHtml({ title, head, rows }: Table): string {
  const cells = ([name = '', ...rest]: readonly Cell[]): string =>
    `<tr><th scope="row">${text(textOf(name))}</th>${rest.map(dataCell).join('')}</tr>`;
  return [
    `<details class="figures"><summary>${escaped(title)}, ${counted(rows.length, 'row')}</summary>`,
    `<div class="table" role="region" aria-label="${escaped(title)}" tabindex="0"><table>`,
    `<thead><tr>${head.map((column) => `<th scope="col">${escaped(column)}</th>`).join('')}</tr></thead>`,
    `<tbody>${rows.map(cells).join('\n')}</tbody>`,
    '</table></div></details>',
  ].join('\n');
}
