#include "app/photo_tools.hpp"

#include <iostream>

#include "adapters/model_onnx/onnx_segmenter.hpp"
#include "app/model_folder.hpp"
#include "app/wire/options.hpp"

namespace cutroom::app {

PhotoTools::PhotoTools(const Settings& settings)
    : codec(vips), limits(decode_limits(settings)), pools(settings) {}

Result<std::unique_ptr<imaging::Segmenter>> load_segmenter(const Settings& settings) {
  const auto model = find_model(settings.model, model_folders(settings));
  if (!model) return model.error();
  return model_onnx::load_onnx_segmenter(
      {.file = model->file, .spec = model->spec, .intra_threads = static_cast<int>(settings.model_threads)});
}

int complain(const Error& error, int exit_code) {
  std::cerr << "cutroom: " << error.text() << '\n';
  return exit_code;
}

}  // namespace cutroom::app
