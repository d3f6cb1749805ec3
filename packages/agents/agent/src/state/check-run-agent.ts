import { LlmError } from '@majordomo/core';

/** Throws `config` if a run belongs to another agent. `owner`: name of the agent that began the run; `undefined` if it has no name. */
export function checkRunAgent(
  subject: string,
  owner: string | undefined,
  { name }: { readonly name: string | undefined },
): void {
  if (owner === undefined || owner === name) return;
  const other = name === undefined ? 'an agent without a name' : `"${name}"`;
  throw new LlmError(
    'config',
    `${subject}: the run belongs to the agent "${owner}", not to ${other}; continue it with the agent that began it`,
    { path: 'state.agent' },
  );
}
