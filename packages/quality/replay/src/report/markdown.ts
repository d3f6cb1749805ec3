import { cell, code } from '@majordomo/evals/internal';
import type { Block, Line, Section, Text } from './block.ts';
import { pageOf } from './page.ts';
import { integer } from './figures.ts';
import type { ReplayReport } from './report.ts';

/** GitHub accepts comments of at most 65,536 characters. */
const MAX_CHARACTERS = 60_000;

/**
 * Renders Markdown for a pull-request comment, at most 60,000 characters, without content of calls. The first line is
 * `<!-- majordomo-replay:<name> -->`, by which a bot finds its comment.
 */
export function toReplayMarkdown(report: ReplayReport): string {
  const { name, verdict, models, title, summary, decision, sections } = pageOf(report);
  const head = [
    // A name must not end the comment.
    `<!-- majordomo-replay:${name.replaceAll(/[^\w.-]/g, '_')} -->`,
    `## ${code(name)}: ${verdict}`,
    '',
    code(models),
    '',
    `**${title}**`,
    '',
    summary,
    ...decision.flatMap(sectionLines),
  ];
  return joined([head, ...sections.map(sectionLines)].map((lines) => `${lines.join('\n')}\n`));
}

const sectionLines = ({ title, blocks }: Section): readonly string[] => [
  '',
  `### ${lineOf(title)}`,
  ...blocks.flatMap((block) => ['', ...blockLines(block)]),
];

function blockLines(block: Block): readonly string[] {
  switch (block.type) {
    case 'list':
      return block.items.map((item) => `- ${lineOf(item)}`);
    case 'table':
      return [block.head, block.head.map(() => '---'), ...block.rows.map((row) => row.map(cellOf))].map(
        (row) => `| ${row.join(' | ')} |`,
      );
    case 'examples':
      return [`examples: ${code(block.ids.join(', '))}`];
  }
}

// Names are quoted as code, in which mentions, links and HTML have no effect.
const lineOf = (line: Line): string =>
  line.map((text) => (typeof text === 'string' ? text : code(text.name))).join('');
const cellOf = (text: Text): string => (typeof text === 'string' ? text : cell(text.name));

/** Joins the sections that fit. */
function joined(sections: readonly string[]): string {
  let text = '';
  for (const [at, section] of sections.entries()) {
    const rest = `\n${integer(sections.length - at)} sections omitted\n`;
    if (text.length + section.length + rest.length > MAX_CHARACTERS) return text + rest;
    text += section;
  }
  return text;
}
