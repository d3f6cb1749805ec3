import { BACKENDS } from '../backends/backends.ts';
import type { Settings } from '../config/settings.ts';
import type { Io } from '../io.ts';
import { absent, ok, type Section } from './finding.ts';

/** Which variables hold a credential, and where they were found. Never a value, nor a part of one. */
export function credentials({ files }: Settings, { env }: Io): Section {
  const whereIs = (name: string): string | undefined => {
    if ((env[name] ?? '') !== '') return 'environment';
    return files.find(({ config }) => (config.env?.[name] ?? '') !== '')?.file;
  };
  return {
    title: 'Credentials',
    findings: BACKENDS.filter(({ keyEnv }) => keyEnv.length > 0).map(({ id, keyEnv }) => {
      const found = keyEnv.flatMap((name) => {
        const where = whereIs(name);
        return where === undefined ? [] : [`${name} (${where})`];
      });
      return found.length > 0 ? ok(id, found.join(', ')) : absent(id, keyEnv.join(' or '));
    }),
  };
}
