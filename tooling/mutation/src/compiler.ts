import ts from 'typescript';
import { join } from 'node:path';

/** Whether a file would still compile if it had this text. */
export type Compiles = (path: string, text: string) => boolean;

/** Returns a function that compiles changed files. If a change does not compile, it needs no test. */
export function compilerOf(folder: string): Compiles {
  const config = join(folder, 'tsconfig.json');
  const read: unknown = ts.readConfigFile(config, (path) => ts.sys.readFile(path)).config;
  const { options, fileNames } = ts.parseJsonConfigFileContent(read, ts.sys, folder);
  let changed = { path: '', text: '' };
  let version = 0;
  const service = ts.createLanguageService({
    ...ts.sys,
    getCompilationSettings: () => options,
    getScriptFileNames: () => fileNames,
    getScriptVersion: (path) => (path === changed.path ? String(version) : '0'),
    getScriptSnapshot: (path) => {
      const text = path === changed.path ? changed.text : ts.sys.readFile(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: (settings) => ts.getDefaultLibFilePath(settings),
  });
  return (path, text) => {
    changed = { path, text };
    version++;
    return (
      service.getSyntacticDiagnostics(path).length === 0 && service.getSemanticDiagnostics(path).length === 0
    );
  };
}
