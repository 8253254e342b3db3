#include "adapters/model_onnx/onnx_segmenter.hpp"

#include <algorithm>
#include <bit>
#include <fstream>
#include <optional>

#include "adapters/model_onnx/checksum.hpp"
#include "adapters/model_onnx/fast_convs.hpp"
#include "adapters/model_onnx/onnx_session.hpp"
#include "adapters/model_onnx/prune_outputs.hpp"
#include "adapters/model_onnx/widen_halves.hpp"
#include "base/log.hpp"
#include "imaging/postprocess.hpp"
#include "imaging/preprocess.hpp"

namespace cutroom::model_onnx {
namespace {

using imaging::Image;
using imaging::Mask;
using imaging::ModelSpec;
using imaging::Tensor;

bool all_finite(std::span<const float> values) {
  bool finite = true;
  // Not std::isfinite with an early end: this way the compiler makes a vector loop of it.
  for (const float value : values) {
    finite &= (std::bit_cast<std::uint32_t>(value) & 0x7F80'0000U) != 0x7F80'0000U;
  }
  return finite;
}

class OnnxSegmenter final : public imaging::Segmenter {
 public:
  OnnxSegmenter(ModelSpec spec, std::unique_ptr<OnnxSession> session)
      : spec_(std::move(spec)), session_(std::move(session)) {}

  const std::string& model() const override { return spec_.name; }

  Result<Tensor> prepare(const Image& rgb) const override {
    if (rgb.bands != 3 || rgb.size.pixels() == 0) {
      return Error{.code = Errc::internal,
                   .detail = "a model's picture has 3 bands, not " + std::to_string(rgb.bands)};
    }
    return imaging::to_tensor(rgb, spec_);
  }

  Result<Tensor> infer(Tensor input, std::stop_token stop) override {
    auto output =
        guarded(spec_.name, [&]() -> Result<Tensor> { return session_->run(std::move(input), stop); });
    // A stop that comes when the run has just ended counts too: nobody waits for the result any more.
    if (stop.stop_requested()) return Error{.code = Errc::cancelled};
    if (output && (output->values.empty() || !all_finite(output->values))) {
      return Error{.code = Errc::model_failed,
                   .detail = spec_.name + ": the output has values that are not numbers"};
    }
    return output;
  }

  Result<Mask> finish(const Tensor& output, imaging::Size picture) const override {
    return imaging::to_mask(output, picture, spec_);
  }

 private:
  const ModelSpec spec_;
  const std::unique_ptr<OnnxSession> session_;
};

Result<Bytes> read_file(const std::filesystem::path& path, const ModelSpec& spec) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = in ? static_cast<std::streamoff>(in.tellg()) : -1;
  if (size < 0) {
    return Error{.code = Errc::not_found,
                 .message = "The file " + spec.file + " of model " + spec.name + " is not there",
                 .detail = path.string()};
  }
  Bytes bytes(static_cast<std::size_t>(size));
  in.seekg(0);
  in.read(reinterpret_cast<char*>(bytes.data()), size);
  if (in.gcount() != size)
    return Error{.code = Errc::storage_failed, .detail = "can't read " + path.string()};
  return bytes;
}

// A model's bytes on their way from the file to the session.
struct Rewritten {
  Buffer bytes;
  int output = 0;
  std::unique_ptr<FastConvOp> fast;
};

Rewritten rewritten(View file, int output, int threads) {
  Rewritten model{.bytes = {file.begin(), file.end()}, .output = output};
  if (auto pruned = prune_outputs(model.bytes, output)) {
    model.bytes = std::move(*pruned);
    model.output = 0;
  }
  if (auto widened = widen_halves(model.bytes)) model.bytes = std::move(*widened);
  if (!has_winograd()) return model;
  if (auto fast = take_out_convs(model.bytes)) {
    model.bytes = std::move(fast->model);
    model.fast = std::make_unique<FastConvOp>(std::move(fast->convs), threads);
  }
  return model;
}

// All copies of the model's bytes are gone when this returns.
Result<std::unique_ptr<OnnxSession>> make_session(const OnnxOptions& options) {
  const int output = options.spec.output_index;
  auto file = read_file(options.file, options.spec);
  if (!file) return file.error();
  if (const auto right = check_file(file->span(), options.spec); !right) return right.error();

  const auto load = [&](View model, int index, std::unique_ptr<FastConvOp> fast) {
    return guarded(options.spec.name, [&]() -> Result<std::unique_ptr<OnnxSession>> {
      return std::make_unique<OnnxSession>(model, options, index, std::move(fast));
    });
  };
  if (options.rewrite) {
    Rewritten model = rewritten(file->span(), output, threads_of(options));
    auto session = load(model.bytes, model.output, std::move(model.fast));
    if (session) return session;
    // Perhaps the rewriting's fault: the model gets another chance as it is.
    auto plain = load(file->span(), output, nullptr);
    if (plain) log::warn("model {} only loads as it is: {}", options.spec.name, session.error().detail);
    return plain;
  }
  return load(file->span(), output, nullptr);
}

}  // namespace

Result<std::unique_ptr<imaging::Segmenter>> load_onnx_segmenter(OnnxOptions options) {
  auto session = make_session(options);
  if (!session) return session.error();
  if (const auto fits = (*session)->check(options.spec); !fits) return fits.error();

  auto segmenter = std::make_unique<OnnxSegmenter>(options.spec, std::move(*session));
  // The first runs allocate; a vendor's job should not wait for that.
  Image black({8, 8}, 3);
  std::ranges::fill(black.samples.span(), std::uint8_t{0});
  for (int i = 0; i < options.spec.warmup_runs; ++i) {
    const auto output = segmenter->infer(imaging::to_tensor(black, options.spec), {});
    if (!output) return output.error();
  }
  return segmenter;
}

}  // namespace cutroom::model_onnx
