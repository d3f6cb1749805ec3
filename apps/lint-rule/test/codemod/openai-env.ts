import OpenAI from 'openai';

const client = new OpenAI();

export async function ask(_baseURL: string, prompt: string): Promise<string> {
  const response = await client.responses.create({
    model: 'gpt-test',
    instructions: 'Be short.',
    input: prompt,
    max_output_tokens: 100,
  });
  return `${response.output_text} ${response.usage?.output_tokens ?? 0}`;
}
