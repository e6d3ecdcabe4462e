import type { Cart, Receipt } from "./cart";
import { format } from "./money";
import { loadVoucher } from "./vouchers";

export async function checkout(cart: Cart, codes: string[]): Promise<Receipt> {
  const vouchers = await Promise.all(codes.map(loadVoucher));
  const receipt = cart.receipt(vouchers);
  console.log(`to pay: ${format(receipt.total)}`);
  return receipt;
}
