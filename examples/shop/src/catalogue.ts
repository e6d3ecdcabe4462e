import { euros, type Money } from "./money";

export interface Product {
  id: string;
  title: string;
  price: Money;
}

const PRODUCTS: Product[] = [
  { id: "beans", title: "Espresso, geröstet in Köln ☕", price: euros(12.9) },
  { id: "cup", title: "Tasse „Guten Morgen“ 🌞", price: euros(8.5) },
];

export function findProduct(id: string): Product {
  const product = PRODUCTS.find((candidate) => candidate.id === id);
  if (product === undefined) throw new RangeError(`no such product: ${id}`);
  return product;
}
