import { Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';

/**
 * Replaces each `${NAME}` with an environment variable. Throws `Stop` for a variable that is not set. `path`: member of the
 * configuration that contains the string, such as `gateway.store`.
 */
export const withVariables = (text: string, path: string, { env }: Pick<Io, 'env'>): string =>
  text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = env[name] ?? '';
    if (value === '') throw new Stop(`${path} of the configuration needs the variable ${name}; set it`);
    return value;
  });
