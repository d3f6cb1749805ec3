import { defineTool, type Skill } from '@majordomo/agent';
import { defineSkill } from '@majordomo/skills';

/** Creates a skill, which consists of instructions and tools. This skill evaluates arithmetic without running code. */
export function calc(): Skill {
  return defineSkill({
    name: 'calc',
    instructions: 'Use the tool calc for arithmetic instead of working it out yourself.',
    tools: [
      defineTool({
        name: 'calc',
        description: 'Returns the value of an arithmetic expression with + - * /, parentheses and decimals.',
        parameters: {
          type: 'object',
          properties: { expression: { type: 'string', description: 'Such as (1 + 2) * 3' } },
          required: ['expression'],
          additionalProperties: false,
        },
        run: ({ expression }) => String(valueOf(expression as string)),
      }),
    ],
  });
}

const MAX_LENGTH = 1000;

/** Returns an expression's value. Throws for an invalid or long one, and the model receives the message. The length limits the recursion. */
function valueOf(expression: string): number {
  if (expression.length > MAX_LENGTH) throw new RangeError(`expression: over ${MAX_LENGTH} characters`);
  const tokens = expression.match(/\d+\.?\d*|\.\d+|\S/g) ?? [];
  const take = (...wanted: readonly string[]): string | undefined =>
    wanted.includes(tokens[0] ?? '') ? tokens.shift() : undefined;
  const unexpected = (): SyntaxError => new SyntaxError(`expression: unexpected ${tokens[0] ?? 'end'}`);

  const sum = (): number => {
    let value = product();
    for (let sign = take('+', '-'); sign !== undefined; sign = take('+', '-'))
      value = sign === '+' ? value + product() : value - product();
    return value;
  };
  const product = (): number => {
    let value = operand();
    for (let sign = take('*', '/'); sign !== undefined; sign = take('*', '/'))
      value = sign === '*' ? value * operand() : value / operand();
    return value;
  };
  const operand = (): number => {
    if (take('-') !== undefined) return -operand();
    if (take('(') === undefined) {
      if (!/^[\d.]*\d/.test(tokens[0] ?? '')) throw unexpected();
      return Number(tokens.shift());
    }
    const value = sum();
    if (take(')') === undefined) throw unexpected();
    return value;
  };
  const value = sum();
  if (tokens.length > 0) throw unexpected();
  return value;
}
