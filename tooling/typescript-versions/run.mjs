// Compiles the programs of `programs` with each version of TypeScript in package.json, as applications with both kinds of module
// resolution. The programs in `right` have no error. Those in `wrong` have the errors of their comments `// error: TEXT`, each on
// the line after its comment. The packages must be built. Needs the npm registry for the first run.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packagesIn, ROOT } from '../build/packages.ts';

const HERE = import.meta.dirname;
const PROGRAMS = join(HERE, 'programs');
const MODULES = join(HERE, 'node_modules');
const INSTALL_MS = 120_000;
const RESOLUTIONS = { bundler: 'ESNext', nodenext: 'NodeNext' };
/** Beginning of a comment that announces an error. */
const EXPECTED = '// error: ';

install();
linkPackages();
const { devDependencies } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'));
const versions = Object.keys(devDependencies).filter((name) => name.startsWith('typescript-'));
let failures = 0;
for (const version of versions) {
  for (const resolution of Object.keys(RESOLUTIONS)) {
    const problems = [...rightProblems(version, resolution), ...wrongProblems(version, resolution)];
    failures += problems.length;
    console.log(`${version}, ${resolution}: ${problems.length === 0 ? 'as expected' : 'FAILED'}`);
    for (const problem of problems) console.log(`  ${problem}`);
  }
}
process.exitCode = failures === 0 ? 0 : 1;

/** Installs the versions. There is no lockfile, because package.json specifies exact versions. */
function install() {
  const args = [
    'install',
    '--no-package-lock',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
  ];
  const { status, stderr } = spawnSync('npm', args, { cwd: HERE, encoding: 'utf8', timeout: INSTALL_MS });
  if (status !== 0) throw new Error(`the versions of TypeScript cannot be installed: ${stderr}`);
}

/** Links the packages of the repository, whose declarations are in `dist`. */
function linkPackages() {
  const scope = join(MODULES, '@majordomo');
  rmSync(scope, { recursive: true, force: true });
  mkdirSync(scope);
  for (const { path, manifest, wing } of packagesIn())
    if (wing !== undefined) symlinkSync(join(ROOT, path), join(MODULES, manifest.name), 'dir');
}

function rightProblems(version, resolution) {
  return errorsOf('right', version, resolution).map(
    ({ file, line, text }) => `right/${file}:${line} has an error: ${text}`,
  );
}

function wrongProblems(version, resolution) {
  const expected = readdirSync(join(PROGRAMS, 'wrong')).flatMap(expectedErrors);
  const actual = errorsOf('wrong', version, resolution);
  const isSame = (a, b) => a.file === b.file && a.line === b.line && a.text.includes(b.text);
  const missing = expected.filter((wanted) => !actual.some((error) => isSame(error, wanted)));
  const unexpected = actual.filter((error) => !expected.some((wanted) => isSame(error, wanted)));
  return [
    ...missing.map(({ file, line, text }) => `wrong/${file}:${line} lacks the error: ${text}`),
    ...unexpected.map(({ file, line, text }) => `wrong/${file}:${line} has another error: ${text}`),
  ];
}

/** Returns the errors that the comments of a program announce. */
function expectedErrors(file) {
  const lines = readFileSync(join(PROGRAMS, 'wrong', file), 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    const at = line.indexOf(EXPECTED);
    return at < 0 ? [] : [{ file, line: index + 2, text: line.slice(at + EXPECTED.length) }];
  });
}

/** Returns the errors of a folder's programs. The text of an error includes its explanation on the following lines. */
function errorsOf(folder, version, resolution) {
  const config = join(MODULES, `tsconfig.${folder}.json`);
  const compilerOptions = {
    target: 'ES2023',
    lib: ['ES2023', 'DOM', 'ESNext.Disposable'],
    module: RESOLUTIONS[resolution],
    moduleResolution: resolution,
    strict: true,
    noEmit: true,
    types: ['node'],
  };
  writeFileSync(config, JSON.stringify({ compilerOptions, include: [join(PROGRAMS, folder, '*.ts')] }));
  const tsc = join(MODULES, version, 'bin/tsc');
  const run = spawnSync(process.execPath, [tsc, '-p', config, '--pretty', 'false'], {
    cwd: HERE,
    encoding: 'utf8',
  });
  const errors = [];
  for (const line of run.stdout.split('\n')) {
    const found = /^(.*?)\((\d+),\d+\): error (TS\d+: .*)$/.exec(line);
    if (found !== null)
      errors.push({ file: found[1].split('/').at(-1), line: Number(found[2]), text: found[3] });
    else if (line.startsWith(' ') && errors.length > 0) errors.at(-1).text += ` ${line.trim()}`;
    else if (line.trim() !== '') throw new Error(`${version}: ${line}`);
  }
  if (run.status === 0 && errors.length > 0) throw new Error(`${version} reported errors without a status`);
  if (run.status !== 0 && errors.length === 0) throw new Error(`${version} failed: ${run.stderr}`);
  return errors;
}
