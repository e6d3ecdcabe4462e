// Each line that may be in a stack trace ends in a mark: the function it is in, as it is written here.
// "-" is code without a name: at the top level, or in a function that has none.

export class Money {
  constructor(cents) {
    if (!Number.isSafeInteger(cents)) refuse(`“${cents}” isn’t a price ☕`); //= new Money
    this.cents = cents;
  }

  static parse(text) {
    return new Money(Math.round(100 * Number.parseFloat(text))); //= Money.parse
  }

  plus(other) {
    return new Money(this.cents + other.cents); //= Money.plus
  }

  get label() {
    if (this.cents < 0) refuse("a price below nothing"); //= get Money.label
    return `${this.cents / 100} €`;
  }
}

export function refuse(why) {
  throw new RangeError(why); //= refuse
}
