/** An amount of money, in whole cents of one currency. */
export interface Money {
  cents: number;
  currency: string;
}

export function euros(amount: number): Money {
  return { cents: Math.round(amount * 100), currency: "EUR" };
}

export function plus(one: Money, other: Money): Money {
  return { cents: one.cents + other.cents, currency: one.currency };
}

/** One minus the other, but never below nothing: a shop doesn't pay its customers. */
export function minus(one: Money, other: Money): Money {
  return { cents: Math.max(one.cents - other.cents, 0), currency: one.currency };
}

export function format(money: Money): string {
  return `${(money.cents / 100).toFixed(2)} €`;
}
