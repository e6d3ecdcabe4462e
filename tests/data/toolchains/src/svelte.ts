import { render } from "svelte/server";
import Shop from "../components/Shop.svelte";

Error.stackTraceLimit = 50;
console.log(render(Shop, { props: { scenario: process.argv[2], count: 2 } }).body);
