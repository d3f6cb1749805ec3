import { join, relative } from 'node:path';
import ts from 'typescript';
import { ROOT } from './repository.ts';

/** Compiler options of a user, with all strict options. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  jsx: ts.JsxEmit.ReactJSX,
  noEmit: true,
  allowImportingTsExtensions: true,
  types: ['node'],
};

/** Virtual folder of the modules, in a package that depends on all their imports. */
const FOLDER = join(ROOT, 'tooling/shape/modules');

/**
 * Type-checks modules (text by name) against the built packages. Returns the errors by module name, without modules that have
 * none.
 */
export function complaintsAbout(
  modules: Readonly<Record<string, string>>,
): Readonly<Record<string, string[]>> {
  const texts = new Map(Object.entries(modules).map(([name, text]) => [join(FOLDER, name), text]));
  const program = ts.createProgram([...texts.keys()], OPTIONS, hostFor(texts));
  const complaints: Record<string, string[]> = {};
  for (const diagnostic of ts.getPreEmitDiagnostics(program)) {
    const name = diagnostic.file?.fileName.slice(FOLDER.length + 1) ?? 'options';
    (complaints[name] ??= []).push(lineOf(diagnostic));
  }
  return complaints;
}

/**
 * Type-checks declarations without `skipLibCheck`, as in an application in which `missing` folders of packages are not installed.
 * Returns the errors in files of this repository.
 */
export function errorsOfDeclarations(
  files: readonly string[],
  missing: readonly string[],
): readonly string[] {
  const options: ts.CompilerOptions = { ...OPTIONS, skipLibCheck: false };
  const host = ts.createCompilerHost(options);
  const { directoryExists, fileExists } = host;
  const isMissing = (path: string): boolean =>
    missing.some((folder) => path === folder || path.startsWith(`${folder}/`));
  const program = ts.createProgram([...files], options, {
    ...host,
    directoryExists: (path) => !isMissing(path) && directoryExists?.(path) === true,
    fileExists: (path) => !isMissing(path) && fileExists(path),
  });
  return ts
    .getPreEmitDiagnostics(program)
    .filter(({ file }) => file !== undefined && !file.fileName.includes('/node_modules/'))
    .map((diagnostic) => `${relative(ROOT, diagnostic.file?.fileName ?? '')}: ${lineOf(diagnostic)}`);
}

/**
 * Returns the names that an editor suggests at the comment `here` of each module (text by name), from TypeScript's language
 * service and the built packages.
 */
export function completionsIn(
  modules: Readonly<Record<string, string>>,
): Readonly<Record<string, readonly string[]>> {
  const pathOf = (name: string): string => join(FOLDER, name);
  const texts = new Map(
    Object.entries(modules).map(([name, text]) => [pathOf(name), text.replace(HERE, '')]),
  );
  const host = hostFor(texts);
  const service = ts.createLanguageService({
    getCurrentDirectory: () => host.getCurrentDirectory(),
    fileExists: (path) => host.fileExists(path),
    readFile: (path) => host.readFile(path),
    directoryExists: (path) => host.directoryExists?.(path) === true,
    realpath: (path) => host.realpath?.(path) ?? path,
    getCompilationSettings: () => OPTIONS,
    getScriptFileNames: () => [...texts.keys()],
    getScriptVersion: () => '1',
    getScriptSnapshot(path) {
      const text = host.readFile(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getDefaultLibFileName: () => host.getDefaultLibFileName(OPTIONS),
  });
  const found = Object.entries(modules).map(([name, text]): [string, readonly string[]] => {
    const completions = service.getCompletionsAtPosition(pathOf(name), text.indexOf(HERE), {});
    return [name, (completions?.entries ?? []).map((entry) => entry.name)];
  });
  service.dispose();
  return Object.fromEntries(found);
}

/** Comment at the position for `completionsIn`. */
const HERE = '/*here*/';

function hostFor(texts: ReadonlyMap<string, string>): ts.CompilerHost {
  const host = ts.createCompilerHost(OPTIONS);
  const { directoryExists, fileExists, readFile, getSourceFile } = host;
  return {
    ...host,
    getCurrentDirectory: () => join(ROOT, 'tooling/shape'),
    // Modules import each other.
    directoryExists: (path) => path === FOLDER || directoryExists?.(path) === true,
    fileExists: (path) => texts.has(path) || fileExists(path),
    readFile: (path) => texts.get(path) ?? readFile(path),
    getSourceFile: (path, language, onError, fresh) => {
      const text = texts.get(path);
      return text === undefined
        ? getSourceFile(path, language, onError, fresh)
        : ts.createSourceFile(path, text, language);
    },
  };
}

function lineOf({ file, start = 0, messageText }: ts.Diagnostic): string {
  const line = file === undefined ? '' : `line ${file.getLineAndCharacterOfPosition(start).line + 1}: `;
  return line + ts.flattenDiagnosticMessageText(messageText, ' ');
}
