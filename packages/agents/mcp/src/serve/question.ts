import type { JsonObject, ObjectSchema } from '@majordomo/core';
import type { McpQuestion } from '../options.ts';

/** Question of `ask`. `schema`: form with members that are strings, numbers, booleans or lists of options. */
export type AskQuestion<T extends object> =
  | { readonly message: string; readonly schema: ObjectSchema<T> | JsonObject }
  | Extract<McpQuestion, { mode: 'url' }>;

/** Answer of the user. `content` matches the schema. `decline`: the user refused. `cancel`: the user did not decide. */
export type AskAnswer<T extends object> =
  { readonly action: 'accept'; readonly content: T } | { readonly action: 'decline' | 'cancel' };
