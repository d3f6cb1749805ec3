import { escaped, htmlPage, plainLine } from '@majordomo/evals/internal';
import type { Block, Line, Section, Text } from './block.ts';
import { counted, joinUnits } from './figures.ts';
import { contentsOf, type Content, type ReplayExample } from './html-example.ts';
import { STYLE } from './html-style.ts';
import { pageOf } from './page.ts';
import type { ReplayReport } from './report.ts';

/** Renders a page without scripts or requests. `examples`: calls whose content the page contains. */
export function htmlOf(report: ReplayReport, examples: readonly ReplayExample[]): string {
  const page = pageOf(report);
  const { name, at, verdict, models, title, summary, decision, sections } = page;
  const known = new Map(examples.map((example) => [example.id, example]));
  const sectionHtml = (section: Section): readonly string[] => [
    `<h2>${lineHtml(section.title)}</h2>`,
    ...section.blocks.map((block) => blockHtml(block, known)),
  ];
  return htmlPage(`${plainLine(name)}: ${verdict}`, STYLE, [
    `<header class="${page.needsCare ? 'care' : verdict}">`,
    `<p>${text(name, 120)}, ${text(at.slice(0, 16).replace('T', ' '))} UTC, verdict <strong>${verdict}</strong></p>`,
    `<p>${text(models)}</p>`,
    `<h1>${text(title)}</h1>`,
    `<p class="summary">${text(summary)}</p>`,
    ...decision.flatMap(sectionHtml),
    '</header>',
    ...sections.flatMap((section) => ['<section>', ...sectionHtml(section), '</section>']),
  ]);
}

const text = (content: string, length = 1000): string => escaped(joinUnits(plainLine(content, length)));

/** Returns escaped text, in which backticks mark code. */
const marked = (content: string): string => text(content).replaceAll(/`([^`]{1,200})`/g, '<code>$1</code>');

const textHtml = (part: Text): string =>
  typeof part === 'string' ? marked(part) : `<strong>${text(part.name)}</strong>`;
const lineHtml = (line: Line): string => line.map(textHtml).join('');

function blockHtml(block: Block, known: ReadonlyMap<string, ReplayExample>): string {
  switch (block.type) {
    case 'list':
      return `<ul>\n${block.items.map((item) => `<li>${lineHtml(item)}</li>`).join('\n')}\n</ul>`;
    case 'table':
      return tableHtml(block);
    case 'examples': {
      const shown = block.ids.flatMap((id) => known.get(id) ?? []);
      return shown.length > 0
        ? shown.map(exampleHtml).join('\n')
        : `<p>Examples, without their content: <code>${text(block.ids.join(', '))}</code></p>`;
    }
  }
}

const dataCell = (part: Text): string =>
  `<td${typeof part === 'string' ? '' : ' class="name"'}>${textHtml(part)}</td>`;

/** Renders a table that scrolls horizontally on a narrow screen, and that can be closed. */
function tableHtml({ head, rows }: Extract<Block, { readonly type: 'table' }>): string {
  const cells = ([first = '', ...rest]: Line): string =>
    `<tr><th scope="row">${textHtml(first)}</th>${rest.map(dataCell).join('')}</tr>`;
  return [
    `<details class="figures"><summary>${counted(rows.length, 'row')}</summary>`,
    `<div class="table" role="region" aria-label="Table by ${escaped(head[0] ?? '')}" tabindex="0"><table>`,
    `<thead><tr>${head.map((column) => `<th scope="col">${escaped(column)}</th>`).join('')}</tr></thead>`,
    `<tbody>${rows.map(cells).join('\n')}</tbody>`,
    '</table></div></details>',
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
