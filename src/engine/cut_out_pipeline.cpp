#include "engine/cut_out_pipeline.hpp"

#include <utility>

#include "base/run_on.hpp"
#include "imaging/confidence.hpp"
#include "imaging/matting.hpp"
#include "imaging/refine_guided.hpp"

namespace cutroom::engine {
namespace {

Error stopped() { return {.code = Errc::cancelled}; }

imaging::Mask refined(const imaging::Image& rgb, imaging::Mask mask, imaging::Refine refine,
                      const std::stop_token& stop) {
  switch (refine) {
    case imaging::Refine::none:
      break;
    case imaging::Refine::guided:
      return imaging::refine_guided(rgb, mask);
    case imaging::Refine::matting:
      return imaging::refine_matting(rgb, mask, stop);
  }
  return mask;
}

}  // namespace

boost::asio::awaitable<Result<CutOutFile>> CutOutPipeline::run(Bytes photo, imaging::CutOutOptions options,
                                                               std::stop_token stop, StepTimes& times,
                                                               std::function<void(Step)> report) {
  CutOutInput input{.photo = std::move(photo), .background = {}};
  return run(std::move(input), std::move(options), std::move(stop), times, std::move(report));
}

boost::asio::awaitable<Result<CutOutFile>> CutOutPipeline::run(CutOutInput given,
                                                               imaging::CutOutOptions options,
                                                               std::stop_token stop, StepTimes& times,
                                                               std::function<void(Step)> report) {
  if (!options.model.empty() && options.model != model())
    co_return Error{
        .code = Errc::invalid_input,
        .message = "options.model: '" + options.model + "' is not loaded here; there is '" + model() + "'"};
  // Every lambda below runs on a pool while this coroutine waits, so it may use what lies in its frame.
  if (stop.stop_requested()) co_return stopped();
  auto pictures = co_await run_on(parts_.compute, [&] { return decode(std::move(given)); });
  if (!pictures) co_return pictures.error();
  times.mark("decode");
  report(Step::decoded);

  auto input = co_await run_on(parts_.compute, [&] { return parts_.segmenter.prepare(pictures->photo.rgb); });
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
  auto file = co_await run_on(parts_.compute, [&] {
    return compose(std::move(*pictures), std::move(*output), options, stop, times);
  });
  if (file) report(Step::composed);
  co_return file;
}

// Takes the files: a dozen of them waiting for the model would add up.
Result<CutOutPipeline::Pictures> CutOutPipeline::decode(CutOutInput given) const {
  auto photo = parts_.codec.decode(given.photo.span(), parts_.limits);
  if (!photo) return photo.error();
  Pictures pictures{.photo = std::move(*photo), .background = std::nullopt};
  if (given.background.empty()) return pictures;
  auto background = parts_.codec.decode(given.background.span(), parts_.limits);
  if (!background) {
    Error error = background.error();
    error.message = "options.backgroundImageUrl: " + error.text();
    return error;
  }
  constexpr imaging::Rgb kWhite{255, 255, 255};
  pictures.background = background->alpha
                            ? imaging::on_background(std::move(background->rgb), *background->alpha, kWhite)
                            : std::move(background->rgb);
  return pictures;
}

Result<CutOutFile> CutOutPipeline::compose(Pictures pictures, imaging::Tensor output,
                                           const imaging::CutOutOptions& options, const std::stop_token& stop,
                                           StepTimes& times) const {
  imaging::Decoded& photo = pictures.photo;
  auto mask = parts_.segmenter.finish(output, photo.rgb.size);
  if (!mask) return mask.error();
  output = {};
  times.mark("mask");

  CutOutFile out;
  out.facts = {.size = photo.rgb.size,
               .foreground_box = std::nullopt,
               .format = options.format,
               .model = parts_.segmenter.model(),
               .confidence = imaging::mask_confidence(*mask),
               .source = photo.rgb.size};
  if (options.refine != imaging::Refine::none) {
    *mask = refined(photo.rgb, std::move(*mask), options.refine, stop);
    if (stop.stop_requested()) return stopped();
    times.mark("refine");
  }
  out.facts.foreground_box = imaging::foreground_box(*mask);

  imaging::Composition composition;
  if (options.is_plain()) {
    composition.picture = imaging::cut_out(std::move(photo.rgb), *mask, photo.alpha, options);
  } else {
    composition = imaging::compose(std::move(photo.rgb), *mask, photo.alpha, out.facts.foreground_box,
                                   pictures.background, options);
    if (!composition.layout.is_whole(out.facts.source)) out.facts.placement = composition.layout.target;
  }
  out.facts.size = composition.picture.size;
  times.mark("compose");

  if (auto written = write(out, std::move(composition), options); !written) return written.error();
  times.mark("encode");
  out.facts.bytes = out.file.size();
  return out;
}

Result<void> CutOutPipeline::write(CutOutFile& out, imaging::Composition composition,
                                   const imaging::CutOutOptions& options) const {
  auto file =
      parts_.codec.encode(composition.picture, {.format = options.format, .quality = options.quality});
  if (!file) return file.error();
  out.extension = imaging::file_extension(options.format);
  if (!options.zip) {
    out.file = std::move(*file);
    return {};
  }
  if (!parts_.archiver) return Error{.code = Errc::internal, .detail = "zip: no archiver"};
  auto mask = parts_.codec.encode(*composition.mask, {.format = imaging::Format::png});
  if (!mask) return mask.error();
  std::vector<imaging::ArchiveEntry> entries;
  entries.push_back({"color." + out.extension, std::move(*file)});
  entries.push_back({"alpha.png", std::move(*mask)});
  auto zip = parts_.archiver->zip(entries);
  if (!zip) return zip.error();
  out.file = std::move(*zip);
  out.extension = "zip";
  return {};
}

}  // namespace cutroom::engine
