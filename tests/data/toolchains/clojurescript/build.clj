(require '[cljs.build.api :as build])

(build/build "src"
  {:main 'shop
   :target :nodejs
   :optimizations :advanced
   :output-to "dist/shop.js"
   :output-dir "dist/out"
   :source-map "dist/shop.js.map"
   :source-map-timestamp false
   :language-out :ecmascript-2020})
