import { OpenAI } from 'openai';

const user = 'Ann';

export async function ask(baseURL: string, prompt: string): Promise<string> {
  const openai = new OpenAI({ baseURL, apiKey: 'test' });
  return (
    (
      await openai.chat.completions.create({
        model: 'gpt-test',
        max_completion_tokens: 50,
        seed: 7,
        messages: [
          { role: 'developer', content: 'Be short.' },
          { role: 'user', content: `${user}: ${prompt}` },
        ],
      })
    ).choices[0]?.message.content ?? ''
  );
}
