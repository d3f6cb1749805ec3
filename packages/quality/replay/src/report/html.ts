import type { ChatRequest, Message, Part } from '@majordomo/core';
import { escaped, htmlPage, plainLine, plainLines } from '@majordomo/evals/internal';
import type { Answer, Pair } from '../traffic/answer.ts';
import { counted, integer, joinUnits } from './figures.ts';
import { STYLE } from './html-style.ts';
import type { Block, Line, Section, Text } from './block.ts';
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

/** Recorded call whose answers a page shows. */
export interface ReplayExample extends Pick<Pair, 'recorded' | 'candidate'> {
  readonly id: string;
  readonly request: ChatRequest;
}

/** Content with its title. */
export interface Content {
  readonly title: string;
  readonly text: string;
}

/** Content of an example. */
interface ExampleContent {
  /** Recorded answer, and then the candidate's answer. */
  readonly answers: readonly Content[];
  readonly request: readonly Content[];
}

export const contentsOf = ({ request, recorded, candidate }: ReplayExample): ExampleContent => ({
  answers: [answerContent('Recorded answer', recorded), answerContent('Candidate’s answer', candidate)],
  request: requestContents(request),
});

const MAX_MESSAGES = 6;
const MAX_REQUEST_TEXT = 2000;
const MAX_ANSWER_TEXT = 4000;

/** Returns the content of a request: instructions, the last messages, and the names of its tools. */
function requestContents({ system, messages, tools = [] }: ChatRequest): readonly Content[] {
  const earlier = messages.length - MAX_MESSAGES;
  const omitted =
    earlier > 0 ? [{ title: 'Earlier messages', text: `${counted(earlier, 'message')} not shown` }] : [];
  return [
    ...(system === undefined ? [] : [contentOf('Instructions', system, MAX_REQUEST_TEXT)]),
    ...omitted,
    ...messages.slice(-MAX_MESSAGES).map(messageContent),
    ...(tools.length === 0
      ? []
      : [contentOf('Tools', tools.map(({ name }) => name).join(', '), MAX_REQUEST_TEXT)]),
  ];
}

const messageContent = ({ role, parts }: Message): Content =>
  contentOf(ROLES[role], partsText(parts), MAX_REQUEST_TEXT);

const ROLES: Readonly<Record<Message['role'], string>> = {
  system: 'Instructions',
  user: 'User',
  assistant: 'Assistant',
  tool: 'Tool results',
};

/** Returns the content of an answer, or its failure. */
function answerContent(title: string, { response, error }: Answer): Content {
  if (error !== undefined) return contentOf(title, `${error.kind}: ${error.message}`, MAX_ANSWER_TEXT);
  if (response === undefined) return { title, text: 'no answer' };
  const finish =
    response.finish === 'stop' || response.finish === 'tool-calls' ? '' : `\n[${response.finish}]`;
  const calls = response.parts.filter(({ type }) => type === 'tool-call');
  const others = response.parts.filter(({ type }) => type !== 'tool-call');
  // Calls precede the text, so that a long text does not hide them.
  return contentOf(title, `${partsText([...calls, ...others])}${finish}`, MAX_ANSWER_TEXT);
}

/** Returns text without control characters, and states how much of it is not shown. */
function contentOf(title: string, text: string, length: number): Content {
  const shown = plainLines(text, length);
  const more = text.length - length;
  return { title, text: more > 0 ? `${shown}\n[${integer(more)} more characters not shown]` : shown };
}

const partsText = (parts: readonly Part[]): string => parts.map(partText).join('\n');

function partText(part: Part): string {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'tool-call':
      return `${part.name} ${part.invalid?.raw ?? JSON.stringify(part.args, undefined, 2)}`;
    case 'tool-result':
      return `${part.name}: ${partsText(part.content)}`;
    default:
      return `[${part.type}]`;
  }
}
