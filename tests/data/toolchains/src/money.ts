// Each line that may be in a stack trace ends in a mark: the function it is in, as it is written here.
// "-" is code without a name: at the top level, or in a function that has none.

export enum Currency {
  Euro = "€",
  Dollar = "$",
}

export interface Priced<T extends string | number = string> {
  readonly price: T;
  parse?<U>(text: U): asserts text is U & string;
}

type Rounding = (cents: number) => number;
type Parsed<T> = T extends (infer U)[] ? (u: U) => void : { text: `${string}.${number}` };

export abstract class Amount<T = number> {
  [key: symbol]: unknown;
  protected abstract readonly value: T;
  abstract plus(other: this): Amount<T>;
  declare optional?: Parsed<T[]>;
}

export class Money extends Amount<number> implements Priced<number> {
  static readonly rounding: Rounding = Math.round;
  protected readonly value: number;

  constructor(private readonly cents: number, public readonly currency: Currency = Currency.Euro) {
    super();
    if (!Number.isSafeInteger(cents)) refuse(`“${cents}” isn’t a price ☕`); //= new Money
    this.value = this.cents;
  }

  static parse = (text: string, rounding: Rounding = Money.rounding): Money => {
    const cents: number = rounding(100 * Number.parseFloat(text as unknown as string));
    return new Money(cents); //= Money.parse
  };

  plus(other: this): Money;
  plus(other: Money): Money;
  plus(other: Money): Money {
    return new Money(this.cents + other.cents, this.currency); //= Money.plus
  }

  get price(): number {
    return this.value / 100;
  }

  get label(): string {
    if (this.cents < 0) refuse("a price below nothing"); //= get Money.label
    return `${this.price} ${this.currency}`;
  }

  *[Symbol.iterator](): Generator<number, void, undefined> {
    yield this.cents;
    if (this.cents > 100) refuse("too much to count"); //= Money[Symbol.iterator]
  }
}

export function refuse(why: string): never;
export function refuse(why: string, ...more: unknown[]): never;
export function refuse(why: string): never {
  throw new RangeError(why); //= refuse
}
