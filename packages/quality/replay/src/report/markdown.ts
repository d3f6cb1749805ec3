import { cell as codeInCell, code } from '@majordomo/evals/internal';
import { decisionOf } from './decision.ts';
import { integer } from './figures.ts';
import type { ReplayCluster, ReplayReport } from './report.ts';
import { clusterText, differencesText, factsOf, tablesOf, type Cell, type Table } from './tables.ts';

/** GitHub accepts comments of at most 65,536 characters. */
const MAX_CHARACTERS = 60_000;
const MAX_WARNINGS = 20;

/**
 * Renders Markdown for a pull-request comment, at most 60,000 characters, without content of calls. The first line is
 * `<!-- majordomo-replay:<name> -->`, by which a bot finds its comment.
 */
export function toReplayMarkdown(report: ReplayReport): string {
  const { name, summary, verdict, warnings } = report;
  const { title, models, reasons, figures, groups, moreGroups, next } = decisionOf(report);
  // Names and warnings are quoted as code, because the definition and the calls determine their text.
  const blocks = [
    [
      `<!-- majordomo-replay:${commentText(name)} -->`,
      `## ${code(name)}: ${verdict}`,
      '',
      code(models),
      '',
      `**${title}**`,
      '',
      summary,
      '',
      ...[...reasons, ...figures].map((reason) => `- ${reason}`),
      ...groups.map((group) => `- Worse: ${code(group.name)}: ${group.text}`),
      ...(moreGroups === 0 ? [] : [`- Worse: ${integer(moreGroups)} more`]),
      '',
      '**Next**',
      '',
      ...next.map(({ text, command }) => `- ${command === undefined ? text : `${text} ${code(command)}`}`),
    ],
    warnings.length === 0
      ? []
      : ['**Warnings**', '', ...limited(warnings).map((warning) => `- ${code(warning)}`)],
    ...report.clusters.map(clusterBlock),
    ...tablesOf(report).map(tableBlock),
    ['### Experiment', '', ...factsOf(report).map((fact) => `- ${textOf(fact, code)}`)],
  ];
  return joined(blocks.filter(({ length }) => length > 0).map((lines) => `${lines.join('\n')}\n`));
}

/** Returns a name that cannot end a comment of HTML. */
const commentText = (name: string): string => name.replaceAll(/[^\w.-]/g, '_');

const limited = (warnings: readonly string[]): readonly string[] =>
  warnings.length <= MAX_WARNINGS
    ? warnings
    : [...warnings.slice(0, MAX_WARNINGS), `and ${integer(warnings.length - MAX_WARNINGS)} more`];

/** Returns a text of the report, or a name, which is quoted by the function. */
const textOf = (cell: Cell, quoted: (name: string) => string): string =>
  typeof cell === 'string' ? cell : quoted(cell.name);

const clusterBlock = (cluster: ReplayCluster): readonly string[] => [
  `### Worse: ${code(cluster.name)}`,
  '',
  `- ${clusterText(cluster)}`,
  `- differences: ${code(differencesText(cluster))}`,
  `- examples: ${code(cluster.examples.join(', '))}`,
];

function tableBlock({ title, head, rows }: Table): readonly string[] {
  const cells = rows.map((row) => row.map((cell) => textOf(cell, codeInCell)));
  const lines = [head, head.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`);
  return [`### ${title}`, '', ...lines];
}

/** Joins the blocks that fit. The most important blocks are first. */
function joined(blocks: readonly string[]): string {
  let text = '';
  for (const [at, block] of blocks.entries()) {
    const rest = `\n${integer(blocks.length - at)} sections omitted\n`;
    if (text.length + block.length + rest.length > MAX_CHARACTERS) return text + rest;
    text += at === 0 ? block : `\n${block}`;
  }
  return text;
}
