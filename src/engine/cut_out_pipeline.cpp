#include "engine/cut_out_pipeline.hpp"

#include <utility>

#include "base/run_on.hpp"

namespace cutroom::engine {
namespace {

Error stopped() { return {.code = Errc::cancelled}; }

}  // namespace

boost::asio::awaitable<Result<CutOutFile>> CutOutPipeline::run(Bytes photo, imaging::CutOutOptions options,
                                                               std::stop_token stop, StepTimes& times,
                                                               std::function<void(Step)> report) {
  // Every lambda below runs on a pool while this coroutine waits, so it may use what lies in its frame.
  if (stop.stop_requested()) co_return stopped();
  auto picture = co_await run_on(parts_.compute, [&] {
    auto decoded = parts_.codec.decode(photo.span(), parts_.limits);
    photo = Bytes();  // The file is no longer needed; a dozen of them waiting for the model would add up.
    return decoded;
  });
  if (!picture) co_return picture.error();
  times.mark("decode");
  report(Step::decoded);

  auto input = co_await run_on(parts_.compute, [&] { return parts_.segmenter.prepare(picture->rgb); });
  if (!input) co_return input.error();
  times.mark("prepare");

  auto output = co_await run_on(parts_.model_turn, [&]() -> Result<imaging::Tensor> {
    if (stop.stop_requested()) return stopped();
    times.mark("modelWait");
    return parts_.segmenter.infer(std::move(*input), stop);
  });
  if (!output) co_return output.error();
  times.mark("infer");
  report(Step::segmented);

  if (stop.stop_requested()) co_return stopped();
  auto file = co_await run_on(
      parts_.compute, [&] { return compose(std::move(*picture), std::move(*output), options, times); });
  if (file) report(Step::composed);
  co_return file;
}

Result<CutOutFile> CutOutPipeline::compose(imaging::Decoded picture, imaging::Tensor output,
                                           const imaging::CutOutOptions& options, StepTimes& times) const {
  auto mask = parts_.segmenter.finish(output, picture.rgb.size);
  if (!mask) return mask.error();
  output = {};
  times.mark("mask");

  CutOutFile out;
  out.facts = {.size = picture.rgb.size,
               .foreground_box = imaging::foreground_box(*mask),
               .format = options.format,
               .model = parts_.segmenter.model()};
  const imaging::Image result = imaging::cut_out(std::move(picture.rgb), *mask, picture.alpha, options);
  times.mark("compose");

  auto file = parts_.codec.encode(result, {.format = options.format, .quality = options.quality});
  if (!file) return file.error();
  times.mark("encode");
  out.file = std::move(*file);
  out.facts.bytes = out.file.size();
  return out;
}

}  // namespace cutroom::engine
