import Anthropic from '@anthropic-ai/sdk';

export async function ask(baseURL: string, prompt: string): Promise<string> {
  const anthropic = new Anthropic({ apiKey: 'test', baseURL });
  const system = 'Answer with one word.';
  const message = await anthropic.messages.create({
    model: 'claude-test',
    system,
    max_tokens: 64,
    stop_sequences: ['END'],
    messages: [{ role: 'user', content: prompt }],
  });
  return message.content[0]?.type === 'text' ? message.content[0].text : '';
}
