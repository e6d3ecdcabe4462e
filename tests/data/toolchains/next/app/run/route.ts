import { scenarios } from "../../src/shop";

export const dynamic = "force-dynamic";

Error.stackTraceLimit = 50;

function run(name: keyof typeof scenarios): unknown {
  return scenarios[name](); //= run
}

export async function GET(request: Request): Promise<Response> {
  try {
    await run(new URL(request.url).searchParams.get("name") as keyof typeof scenarios);
  } catch (error) {
    return new Response((error as Error).stack);
  }
  return new Response("fine");
}
