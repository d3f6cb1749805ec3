import { inspect } from 'node:util';

export async function ask(prompt: string): Promise<string> {
  const data = (await (
    await fetch('https://api.anthropic.com/v1/messages', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'anthropic-version': '2023-06-01',
        'x-api-key': process.env['ANTHROPIC_API_KEY']!,
      },
      body: JSON.stringify({
        model: 'claude-test',
        max_tokens: 100,
        messages: [{ role: 'user', content: inspect(prompt) }],
      }),
    })
  ).json()) as { readonly content: readonly { readonly text: string }[] };
  return data.content[0]!.text;
}
