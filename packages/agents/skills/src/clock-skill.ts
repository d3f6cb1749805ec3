import { defineTool, type Skill } from '@majordomo/agent';
import { defineSkill } from './define-skill.ts';
import { objectSchema } from './object-schema.ts';
import { instantOf, zonedTime } from './zoned-time.ts';

/** Options of `clockSkill`. */
export interface ClockSkillOptions {
  /** Function that returns epoch milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** IANA name of the default time zone. @default 'UTC' */
  readonly zone?: string | undefined;
}

/** Creates a skill with the tools `time_now` and `time_convert`. */
export function clockSkill({ now = Date.now, zone = 'UTC' }: ClockSkillOptions = {}): Skill {
  const zoneSchema = { type: 'string', description: `IANA time zone such as Europe/Oslo. Default: ${zone}` };
  const zonedResult = (epochMs: number, inZone: string): object => ({
    ...zonedTime(epochMs, inZone),
    zone: inZone,
  });
  return defineSkill({
    name: 'clock',
    instructions: 'You do not know the date or the time: ask time_now whenever they matter.',
    tools: [
      defineTool({
        name: 'time_now',
        description: 'The date, weekday and time now.',
        parameters: objectSchema({ zone: zoneSchema }, []),
        run: ({ zone: requestedZone }) => zonedResult(now(), textOr(requestedZone, zone)),
      }),
      defineTool({
        name: 'time_convert',
        description: 'A time in one zone as the time in another.',
        parameters: objectSchema(
          {
            time: {
              type: 'string',
              description: 'Such as 2026-11-20T09:30, or with an offset: 2026-11-20T09:30:00+01:00',
            },
            from: zoneSchema,
            to: { ...zoneSchema, description: 'IANA time zone such as Asia/Tokyo' },
          },
          ['time', 'to'],
        ),
        run: ({ time, from, to }) =>
          zonedResult(instantOf(textOr(time, ''), textOr(from, zone)), textOr(to, zone)),
      }),
    ],
  });
}

const textOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
