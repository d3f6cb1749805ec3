import OpenAI from 'openai';

export async function ask(baseURL: string, prompt: string, model: string): Promise<string> {
  const client = new OpenAI({ apiKey: 'test', baseURL });
  const first = await client.chat.completions.create({
    model,
    messages: [
      { role: 'system', content: 'Answer with one word.' },
      { role: 'user', content: prompt },
    ],
    max_tokens: 100,
    temperature: 0,
    stop: 'END',
    stream: false,
  });
  const second = await client.chat.completions.create({
    messages: [
      { role: 'user', content: prompt },
      { role: 'assistant', content: first.choices[0]?.message.content ?? '' },
      { content: `Now "${first.choices[0]!.message.content!}" again.`, role: 'user' },
    ],
    model: 'gpt-test',
    top_p: 0.5,
  });
  return `${second.choices[0]?.message.content ?? ''} ${second.usage?.prompt_tokens ?? 0}`;
}
