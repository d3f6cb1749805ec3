import OpenAI from 'openai';

export async function ask(baseURL: string, prompt: string): Promise<string> {
  const client = new OpenAI({ apiKey: 'test', baseURL });
  const response = await client.responses.create({
    model: 'gpt-test',
    instructions: 'Be short.',
    input: prompt,
    max_output_tokens: 100,
  });
  return `${response.output_text} ${response.usage?.output_tokens ?? 0}`;
}
