import type { JsonObject, ObjectSchema } from '@majordomo/core';
import type { McpQuestion } from '../options.ts';

/** Question of `ask`. `schema`: form with members that are strings, numbers, booleans or lists of options. */
export type AskQuestion<T extends object> = (
  | { readonly message: string; readonly schema: ObjectSchema<T> | JsonObject }
  | Extract<McpQuestion, { mode: 'url' }>
) & {
  /**
   * Name of the question, unique in a call: 1 to 64 letters, digits, `_`, `-` and `.`, but not `approve`. Set it if a tool asks its
   * questions in different orders, because an answer belongs to the question of its name. @default `q1`, `q2` … in the order of the questions
   */
  readonly key?: string | undefined;
};

/** Answer of the user. `content` matches the schema. `decline`: the user refused. `cancel`: the user did not decide. */
export type AskAnswer<T extends object> =
  | { readonly action: 'accept'; readonly content: T }
  | { readonly action: 'decline' | 'cancel' };
