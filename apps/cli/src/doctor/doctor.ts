import { openIds } from '../backends/open.ts';
import { locatePackage } from '../backends/load-package.ts';
import { backendForScheme } from '../backends/backends.ts';
import { dsnIds } from '../backends/wanted.ts';
import { loadSettings, type Settings } from '../config/settings.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { painter, printable, type Paint } from '../paint.ts';
import { credentials } from './credentials.ts';
import { absent, ok, type Finding, type Section } from './finding.ts';
import { local } from './local.ts';
import { packages } from './packages.ts';
import { dsns, specs } from './specs.ts';

/** `majordomo doctor`: what is installed, configured and reachable. Fails when there is a mistake to mend. */
export async function doctor(
  flags: { readonly json?: true; readonly lint?: string },
  io: Io,
): Promise<ExitCode> {
  const settings = await loadSettings(io);
  const majordomo = await openIds(served(settings, io), settings, { cwd: io.cwd });
  const sections = [
    packages(io.cwd),
    configuration(settings),
    credentials(settings, io),
    dsns(settings, majordomo, io.cwd),
    specs(settings, majordomo),
    await local(settings, io),
  ];
  if (flags.lint !== undefined) {
    const { lint } = await import('./lint.ts');
    sections.push(await lint(flags.lint, io));
  }
  const full = sections.filter(({ findings }) => findings.length > 0);
  if (flags.json === true) io.stdout.write(`${JSON.stringify(full, undefined, 2)}\n`);
  else io.stdout.write(report(full, painter(io.stdout)));
  const isSound = full.every(({ findings }) => findings.every(({ state }) => state !== 'mistake'));
  return isSound ? EXIT.ok : EXIT.failed;
}

/** Providers of DSNs whose package is there: a missing one is a finding, not the end. */
const served = ({ env }: Settings, { cwd }: Io): readonly string[] =>
  dsnIds(env).filter((id) => {
    const backend = backendForScheme(env[`LLM_${id.toUpperCase()}`] ?? '');
    return backend !== undefined && locatePackage(backend.package, cwd) !== undefined;
  });

function configuration({ files }: Settings): Section {
  const findings =
    files.length === 0
      ? [absent('majordomo.config', 'none in this folder or above, none in XDG_CONFIG_HOME')]
      : files.map(({ file, config }) => ok(file, Object.keys(config).join(', ')));
  return { title: 'Configuration', findings };
}

const MARKS: Readonly<Record<Finding['state'], readonly [string, 'green' | 'dim' | 'red']>> = {
  ok: ['✓', 'green'],
  absent: ['–', 'dim'],
  mistake: ['✗', 'red'],
};

function report(sections: readonly Section[], paint: Paint): string {
  const told = sections.map(({ title, findings }) => {
    const width = Math.min(30, Math.max(...findings.map(({ what }) => what.length)));
    const lines = findings.map(({ state, what, detail }) => {
      const [mark, style] = MARKS[state];
      const text = `${what.padEnd(width)}  ${printable(detail)}`.trimEnd();
      return `  ${paint(style, mark)} ${state === 'ok' ? text : paint(style, text)}\n`;
    });
    return `${paint('bold', title)}\n${lines.join('')}`;
  });
  return told.join('\n');
}
