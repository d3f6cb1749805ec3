import { relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rules } from '../index.ts';
import { name, version } from '../version.ts';
import type { Finding, Report } from './check.ts';

/** SARIF 2.1.0 (OASIS), as code scanning of the forges takes it. */
export function sarif(report: Report, cwd: string): string {
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
            executionSuccessful: report.unread.length === 0,
            toolExecutionNotifications: report.unread.map(({ file, message }) => ({
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

function resultOf(finding: Finding, ids: readonly string[], cwd: string): object {
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
