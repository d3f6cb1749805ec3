import { join } from 'node:path';
import { didYouMean } from '@majordomo/core/toolkit';
import { CreateError } from './create-error.ts';

/**
 * Templates in the order in which the command offers them. `content`: content of the application. `start`: script that starts the
 * application, or its check.
 */
export const TEMPLATES = {
  script: { content: 'one call of a chain, with a test', start: 'start' },
  chat: {
    content: 'chat page with a server, streaming and history; uses the experimental @majordomo/ui',
    start: 'dev',
  },
  agent: { content: 'agent with tools and approvals', start: 'start' },
  extract: { content: 'typed values from a folder of documents, with a budget', start: 'start' },
  gateway: {
    content:
      'server with keys and budgets for teams, with a Dockerfile; uses the experimental @majordomo/inspector',
    start: 'start',
  },
  lint: { content: 'rule against raw calls of models, in CI', start: 'lint' },
} as const;

/** Name of a template. */
export type Template = keyof typeof TEMPLATES;

/** Returns the template with this name. Throws a `CreateError` if there is none. */
export function templateOf(name: string): Template {
  if (Object.hasOwn(TEMPLATES, name)) return name as Template;
  const names = Object.keys(TEMPLATES);
  throw new CreateError(
    `"${name}" is not a template${didYouMean(name, names)}\nThe templates are ${names.join(', ')}.`,
  );
}

/** Returns the folder of a template. The build writes it with the versions of the published packages. */
export const folderOfTemplate = (template: Template): string =>
  join(import.meta.dirname, '../dist/templates', template);
