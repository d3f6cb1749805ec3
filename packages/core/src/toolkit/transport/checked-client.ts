import { LlmError } from '../../contract/llm-error.ts';

/** The app's own SDK client, if it has the members that we call; throws `config` otherwise. */
export function checkedClient<Client>(
  client: object,
  members: readonly (keyof Client & string)[],
  { factory, client: wanted }: { readonly factory: string; readonly client: string },
): Client {
  if (members.every((member) => member in client)) return client as Client;
  throw new LlmError('config', `the \`client\` given to ${factory} is not a ${wanted}`);
}
