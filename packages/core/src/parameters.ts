import type { z } from 'zod';

/** One parameter of a method or study, as read off its schema: for flags, controls and tables. */
export interface ParamInfo {
  readonly name: string;
  readonly type: 'number' | 'integer' | 'boolean' | 'choice' | 'text' | 'numbers' | 'other';
  readonly description: string;
  readonly default: unknown;
  readonly minimum?: number;
  /** Whether the minimum itself is excluded. */
  readonly above?: boolean;
  readonly maximum?: number;
  /** The values of a choice. */
  readonly choices?: readonly string[];
  /** Where a control ends when there is no maximum, and its step; given by `.meta({ upTo, step })`. */
  readonly upTo?: number;
  readonly step?: number;
}

interface Property {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly items?: Property;
  readonly upTo?: number;
  readonly step?: number;
}

/**
 * The parameters of a schema, in order; those of something described are read off already.
 *
 * @example
 * import { z } from 'zod';
 *
 * const [alpha] = describeParams(z.object({ alpha: z.number().gt(0).max(1).default(0.7) }));
 * console.log(alpha!.default, rangeOf(alpha!)); // 0.7 > 0, <= 1
 */
export function describeParams(schema: z.ZodObject | readonly ParamInfo[]): readonly ParamInfo[] {
  if (isDescribed(schema)) return schema;
  const { properties = {} } = schema.toJSONSchema({ io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, Property>;
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    type: typeOf(property),
    description: property.description ?? '',
    default: property.default,
    ...limits(property),
    ...(property.enum && { choices: property.enum }),
    ...(property.upTo !== undefined && { upTo: property.upTo }),
    ...(property.step !== undefined && { step: property.step }),
  }));
}

const isDescribed = (schema: z.ZodObject | readonly ParamInfo[]): schema is readonly ParamInfo[] =>
  Array.isArray(schema);

function typeOf({ type, enum: choices, items }: Property): ParamInfo['type'] {
  if (choices) return 'choice';
  if (type === 'array') return items?.type === 'number' || items?.type === 'integer' ? 'numbers' : 'other';
  if (type === 'number' || type === 'integer' || type === 'boolean') return type;
  return type === 'string' ? 'text' : 'other';
}

function limits({
  type,
  minimum,
  exclusiveMinimum,
  maximum,
}: Property): Pick<ParamInfo, 'minimum' | 'above' | 'maximum'> {
  const least = minimum ?? exclusiveMinimum;
  const safe = (limit: number | undefined) =>
    type === 'integer' && Math.abs(limit ?? 0) === Number.MAX_SAFE_INTEGER ? undefined : limit;
  return {
    ...(safe(least) !== undefined && { minimum: least!, ...(minimum === undefined && { above: true }) }),
    ...(safe(maximum) !== undefined && { maximum: maximum! }),
  };
}

/**
 * The range of a parameter in words: `> 0, <= 1`, `mlp | cnn`, or nothing.
 */
export function rangeOf({ minimum, above, maximum, choices }: ParamInfo): string {
  if (choices) return choices.join(' | ');
  const parts = [
    minimum === undefined ? '' : `${above ? '>' : '>='} ${minimum}`,
    maximum === undefined ? '' : `<= ${maximum}`,
  ];
  return parts.filter(Boolean).join(', ');
}

/**
 * Reads a parameter's value from text: a flag, a variable, a field. What does not fit is left as text, so that the schema says
 * what was expected.
 *
 * @example
 * console.log(parseText({ type: 'numbers' }, '0,0.5,1')); // [ 0, 0.5, 1 ]
 */
export function parseText({ type }: Pick<ParamInfo, 'type'>, text: string): unknown {
  const number = (part: string) => (part.trim() !== '' && Number.isFinite(Number(part)) ? Number(part) : part);
  if (type === 'number' || type === 'integer') return number(text);
  if (type === 'numbers')
    return text
      .replace(/^\[|\]$/g, '')
      .split(',')
      .map(number);
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}
