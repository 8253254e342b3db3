// Runs models with ONNX Runtime, in this process.
#pragma once

#include <filesystem>
#include <memory>

#include "base/error.hpp"
#include "imaging/model_spec.hpp"
#include "imaging/segmenter.hpp"

namespace cutroom::model_onnx {

struct OnnxOptions {
  std::filesystem::path file;
  imaging::ModelSpec spec;
  int intra_threads = 0;  // Threads of one run; 0: as many as there are cores.
  // The runtime's waiting threads spin for a while before they sleep. Beside decoding and encoding, which
  // share the cores, that costs a tenth of the time instead of saving some (bench/model, --busy).
  bool spinning = false;
  // Changes the network in memory so that it gives the same result sooner (docs/models.md).
  bool rewrite = true;
};

// Reads the file, checks it, makes the session and warms it up: seconds for a large model. not_found: no such
// file. invalid_input: not the file the spec names, or the spec does not fit it. model_failed: the runtime
// refused it.
Result<std::unique_ptr<imaging::Segmenter>> load_onnx_segmenter(OnnxOptions);

}  // namespace cutroom::model_onnx
