import { createRedactor, type Redactor } from '@majordomo/redact';
import { openIds } from '../backends/open.ts';
import { locatePackage } from '../program/load-package.ts';
import { backendForScheme, BACKENDS, secretVariablesOf } from '../backends/backends.ts';
import { configuredIds } from '../backends/configured.ts';
import { dsnEntries } from '../backends/dsns.ts';
import { catalogSection } from './catalog.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { loadSettings, reasonUnused, type Settings } from '../config/settings.ts';
import { EXIT, type ExitCode } from '../program/exit.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import type { Io, Output } from '../program/io.ts';
import { painter, printable } from '../terminal/paint.ts';
import { baseURLs } from './base-urls.ts';
import { credentials } from './credentials.ts';
import { absent, mistake, ok, type Finding, type Section } from './finding.ts';
import { local, LOCAL_TITLE } from './local.ts';
import { packages } from './packages.ts';
import { dsns } from './dsns.ts';
import { specs } from './specs.ts';
import { writeJson } from '../terminal/write-json.ts';

/** Implements `majordomo doctor`. Reports installed, configured and reachable items. Returns 1 if a finding is a mistake. */
export async function doctor(
  flags: { readonly json?: true; readonly lint?: string },
  io: Io,
): Promise<ExitCode> {
  const settings = await loadSettings(io, 'report');
  const majordomo = await openIds(installedDsnIds(settings, io), settings, {
    cwd: io.cwd,
    signal: io.signal,
  });
  const sections = [
    packages(io.cwd),
    configuration(settings),
    await credentials(settings, io),
    baseURLs(settings, io),
    dsns(settings, majordomo, io.cwd),
    await specs(settings, io.signal),
    await local(settings, io),
    await catalogSection(settings, io),
  ];
  if (flags.lint !== undefined) {
    const { lint } = await import('./lint.ts');
    sections.push(await lint(flags.lint, io));
  }
  const full = noSecrets(settings).value(sections.filter(({ findings }) => findings.length > 0));
  if (flags.json === true) writeJson(io.stdout, full);
  else {
    io.stdout.write(report(full, io.stdout));
    io.stdout.write(`\n${wrapText(await next(full, settings), io.stdout.columns)}\n`);
  }
  const isSound = full.every(({ findings }) => findings.every(({ state }) => state !== 'mistake'));
  return isSound ? EXIT.ok : EXIT.failed;
}

/** Returns the ids of DSNs whose package is installed. A missing package is reported as a finding. */
const installedDsnIds = ({ env }: Settings, { cwd }: Io): readonly string[] =>
  dsnEntries(env).flatMap(({ id, dsn }) => {
    const backend = dsn === undefined ? undefined : backendForScheme(dsn.scheme);
    return backend !== undefined && locatePackage(backend.package, cwd) !== undefined ? [id] : [];
  });

/** Returns the next step for the user. */
async function next(sections: readonly Section[], settings: Settings): Promise<string> {
  const mistakes = sections.flatMap(({ findings }) => findings).filter(({ state }) => state === 'mistake');
  if (mistakes.length > 0)
    return `To fix: ${mistakes.length === 1 ? 'the line' : `the ${mistakes.length} lines`} with ✗.`;
  const here = sections.find(({ title }) => title === LOCAL_TITLE)?.findings ?? [];
  const away = here.filter(({ state }) => state === 'absent').map(({ what }) => what);
  const usable = new Set([
    ...(await configuredIds(settings)),
    ...here.filter(({ state }) => state === 'ok').map(({ what }) => what),
  ]);
  // A server with a DSN is configured, also if it does not answer.
  for (const id of away) usable.delete(id);
  if (usable.size === 0)
    return 'Next: set a key, such as OPENAI_API_KEY, or try it without a key: majordomo demo';
  const [first = ''] = usable;
  return `Next: majordomo models lists models; then majordomo chat ${first}/<model> "hello"`;
}

function configuration({ files }: Settings): Section {
  const findings =
    files.length === 0
      ? [absent('majordomo.config', 'none in this folder or above, none in XDG_CONFIG_HOME')]
      : files.map(configured);
  return { title: 'Configuration', findings };
}

function configured(loaded: LoadedConfig): Finding {
  const need = reasonUnused(loaded);
  return need === undefined
    ? ok(loaded.file, Object.keys(loaded.config).join(', '))
    : mistake(loaded.file, need);
}

const MARKS: Readonly<Record<Finding['state'], readonly [string, 'green' | 'dim' | 'yellow' | 'red']>> = {
  ok: ['✓', 'green'],
  absent: ['–', 'dim'],
  warning: ['!', 'yellow'],
  mistake: ['✗', 'red'],
};

/** Width of the margin before a finding, in terminal cells: two spaces, a mark and a space. */
const MARGIN = 4;

function report(sections: readonly Section[], output: Output): string {
  const paint = painter(output);
  const texts = sections.map(({ title, findings }) => {
    const width = Math.min(30, Math.max(...findings.map(({ what }) => what.length)));
    const lines = findings.map(({ state, what, detail }) => {
      const [mark, style] = MARKS[state];
      const text = `${what.padEnd(width)}  ${printable(detail)}`.trimEnd();
      const wrapped = wrapText(text, output.columns - MARGIN, width + 2).split('\n');
      const [first = '', ...more] = state === 'ok' ? wrapped : wrapped.map((each) => paint(style, each));
      return [
        `  ${paint(style, mark)} ${first}\n`,
        ...more.map((each) => `${' '.repeat(MARGIN)}${each}\n`),
      ].join('');
    });
    return `${paint('bold', title)}\n${lines.join('')}`;
  });
  return texts.join('\n');
}

/** Minimum length of a masked value. Shorter values occur in output by chance. */
const MIN_SECRET_LENGTH = 8;

/**
 * Returns a redactor for all output of doctor, because doctor quotes other programs, files and servers. It masks the values of
 * key variables, and strings that have the form of a secret.
 */
function noSecrets({ env }: Settings): Redactor {
  const known = BACKENDS.flatMap(({ keyEnv }) => secretVariablesOf(keyEnv)).flatMap(
    (name) => env[name] ?? [],
  );
  const secrets = known.filter((value) => value.length >= MIN_SECRET_LENGTH);
  return createRedactor({ secrets: () => secrets });
}
