import { relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rules } from '../index.ts';
import { name, version } from '../version.ts';
import type { LintFinding, LintReport } from './check.ts';

/** Formats the report as SARIF 2.1.0 (OASIS), for code scanning services. */
export function formatSarif(report: LintReport, cwd: string): string {
  const ids = Object.keys(rules);
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name, version, rules: ids.map(ruleOf) } },
        originalUriBaseIds: { SRCROOT: { uri: `${pathToFileURL(cwd).href}/` } },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: report.skipped.length === 0,
            toolExecutionNotifications: report.skipped.map(({ file, message }) => ({
              level: 'error',
              message: { text: message },
              locations: [{ physicalLocation: { artifactLocation: artifact(file, cwd) } }],
            })),
          },
        ],
        results: report.findings.map((finding) => resultOf(finding, ids, cwd)),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function ruleOf(id: string): object {
  const docs = rules[id]?.meta?.docs;
  return {
    id,
    shortDescription: { text: docs?.description ?? id },
    ...(docs?.url === undefined ? {} : { helpUri: docs.url }),
    defaultConfiguration: { level: 'error' },
  };
}

function resultOf(finding: LintFinding, ids: readonly string[], cwd: string): object {
  const { file, rule, message, line, column, endLine, endColumn } = finding;
  return {
    ruleId: rule,
    ruleIndex: ids.indexOf(rule),
    level: 'error',
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: artifact(file, cwd),
          region: { startLine: line, startColumn: column, endLine, endColumn },
        },
      },
    ],
  };
}

function artifact(file: string, cwd: string): object {
  return { uri: relative(cwd, file).split(sep).map(encodeURIComponent).join('/'), uriBaseId: 'SRCROOT' };
}
