import { defineTool, type Skill } from '@majordomo/agent';
import { evaluate } from './calculate.ts';
import { defineSkill } from './define-skill.ts';
import { told } from './quantity.ts';

/** A calculator: the tool `calc`, a parser of arithmetic. Nothing is evaluated as code. */
export function calc(): Skill {
  return defineSkill({
    name: 'calc',
    instructions: 'Use the tool calc for arithmetic instead of working it out yourself.',
    tools: [
      defineTool({
        name: 'calc',
        description:
          'The value of an arithmetic expression with + - * / % (remainder) ^ (power), parentheses and numbers such as 1.5e-3. All digits, or "about" and fifteen of them.',
        parameters: {
          type: 'object',
          properties: { expression: { type: 'string', description: 'Such as (1 + 2) * 3^2' } },
          required: ['expression'],
          additionalProperties: false,
        },
        run: ({ expression }) => told(evaluate(typeof expression === 'string' ? expression : '')),
      }),
    ],
  });
}
