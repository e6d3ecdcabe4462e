import { createSSRApp } from "vue";
import { renderToString } from "vue/server-renderer";
import Shop from "../components/Shop.vue";

Error.stackTraceLimit = 50;
await renderToString(createSSRApp(Shop, { scenario: process.argv[2], count: 2 }));
