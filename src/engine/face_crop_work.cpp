#include "engine/face_crop_work.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "base/run_on.hpp"
#include "engine/face_crop_facts.hpp"
#include "imaging/byte_target.hpp"
#include "imaging/crown.hpp"
#include "imaging/cut_out.hpp"
#include "imaging/face_crop.hpp"
#include "imaging/foreground.hpp"

namespace cutroom::engine {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;
using imaging::Image;
using imaging::Rect;

constexpr int kFoundPercent = 40;
constexpr int kSegmentedPercent = 75;

// Around the crop, as a share of its longer side: the model sees whose shoulders these are, and a crown that
// turns out higher than the face alone tells is still inside.
constexpr double kMaskMargin = 0.25;

Error stopped() { return {.code = Errc::cancelled}; }

Image part_of(const Image& picture, Rect part) {
  Image out({part.width, part.height}, picture.bands);
  const auto bands = static_cast<std::size_t>(picture.bands);
  for (int y = 0; y < part.height; ++y)
    std::copy_n(picture.row(part.y + y) + bands * static_cast<std::size_t>(part.x), out.stride(), out.row(y));
  return out;
}

void put_part(Image& picture, const Image& part, Rect where) {
  const auto bands = static_cast<std::size_t>(picture.bands);
  for (int y = 0; y < where.height; ++y)
    std::copy_n(part.row(y), part.stride(),
                picture.row(where.y + y) + bands * static_cast<std::size_t>(where.x));
}

}  // namespace

std::string FaceCropWork::cache_key(const Payload& payload) const {
  const std::string model = segmenter_ ? segmenter_->model() : "";
  return "face " + parts_.detector.name() + " " + model + " " + json::serialize(payload.work);
}

awaitable<Result<MadeFiles>> FaceCropWork::run(Bytes photo, const Payload& payload, PhotoRun& run) {
  auto options = face_crop_order_from(payload.work, parts_.presets);
  if (!options) co_return options.error();
  const imaging::FacePreset& preset =
      options->own_preset ? *options->own_preset : *parts_.presets.find(options->mode);
  const Task task{
      .options = *options, .preset = preset, .background = options->background.value_or(preset.background)};
  const bool replaces = task.options.background.has_value();
  if (replaces && !segmenter_)
    co_return Error{.code = Errc::unavailable,
                    .message = "The background-removal model is not ready; try again later"};

  // Every lambda below runs on a pool while this coroutine waits, so it may use what lies in its frame.
  if (run.stop.stop_requested()) co_return stopped();
  auto found = co_await run_on(parts_.compute, [&] { return find(std::move(photo), task, run.times); });
  if (!found) co_return found.error();
  run.report(kFoundPercent);

  if (run.stop.stop_requested()) co_return stopped();
  if (replaces) {
    Found before = std::move(*found);
    found = co_await replace_background(std::move(before), task, run);
    if (!found) co_return found.error();
    run.report(kSegmentedPercent);
    if (run.stop.stop_requested()) co_return stopped();
  }
  auto made = co_await run_on(parts_.compute, [&] { return finish(*found, task, run.times); });
  if (made) run.report(kMadePercent);
  co_return made;
}

Result<FaceCropWork::Found> FaceCropWork::find(Bytes photo, const Task& task, StepTimes& times) const {
  auto decoded = parts_.codec.decode(photo.span(), parts_.limits);
  photo = Bytes();
  if (!decoded) return decoded.error();
  Image picture = std::move(decoded->rgb);
  // What lies below a transparent pixel was never meant to be seen.
  if (decoded->alpha) picture = imaging::on_background(std::move(picture), *decoded->alpha, task.background);
  times.mark("decode");

  const auto faces = parts_.detector.detect(picture);
  if (!faces) return faces.error();
  auto plan = imaging::plan_face_crop(*faces, picture.size, task.preset, task.options.rules);
  if (!plan) return plan.error();
  times.mark("detect");
  return Found{.picture = std::move(picture), .plan = std::move(*plan)};
}

awaitable<Result<FaceCropWork::Found>> FaceCropWork::replace_background(Found found, const Task& task,
                                                                        PhotoRun& run) {
  const imaging::Size photo_size = found.picture.size;
  const Rect part = imaging::needed_region(photo_size, found.plan.to_output, task.preset.size, kMaskMargin);
  auto input = co_await run_on(parts_.compute, [&]() -> Result<std::pair<Image, imaging::Tensor>> {
    Image rgb = part_of(found.picture, part);
    auto prepared = segmenter_->prepare(rgb);
    if (!prepared) return prepared.error();
    return std::pair(std::move(rgb), std::move(*prepared));
  });
  if (!input) co_return input.error();
  run.times.mark("prepare");

  auto output = co_await run_on(parts_.model_turn, [&]() -> Result<imaging::Tensor> {
    if (run.stop.stop_requested()) return stopped();
    run.times.mark("modelWait");
    return segmenter_->infer(std::move(input->second), run.stop);
  });
  if (!output) co_return output.error();
  run.times.mark("infer");

  co_return co_await run_on(parts_.compute, [&]() -> Result<Found> {
    Image rgb = std::move(input->first);
    const auto mask = segmenter_->finish(*output, rgb.size);
    if (!mask) return mask.error();
    imaging::FaceMeasures in_part = found.plan.head;
    in_part.eyes.x -= part.x;
    in_part.eyes.y -= part.y;
    const auto head = imaging::with_crown(found.plan.head, imaging::crown_above_eyes(*mask, in_part));
    auto plan = imaging::plan_face_crop(found.plan.face, head, photo_size, task.preset, task.options.rules);
    if (!plan) return plan.error();
    imaging::estimate_foreground(rgb, *mask);
    put_part(found.picture, imaging::on_background(std::move(rgb), *mask, task.background), part);
    run.times.mark("compose");
    return Found{.picture = std::move(found.picture), .plan = std::move(*plan)};
  });
}

Result<MadeFiles> FaceCropWork::finish(const Found& found, const Task& task, StepTimes& times) const {
  const imaging::FacePreset& preset = task.preset;
  const Image cropped =
      imaging::transformed(found.picture, found.plan.to_output, preset.size, task.background);
  times.mark("crop");

  const imaging::Format format = task.options.format.value_or(preset.format);
  auto fitted = imaging::encode_within(
      parts_.codec, cropped,
      {.format = format, .quality = task.options.quality, .dots_per_inch = preset.dots_per_inch()},
      preset.bytes_max);
  if (!fitted) return fitted.error();
  times.mark("encode");

  MadeFiles made;
  made.facts = to_json({.mode = preset.name,
                        .detector = parts_.detector.name(),
                        .model = task.options.background ? segmenter_->model() : std::string(),
                        .format = format,
                        .size = fitted->size,
                        .bytes = fitted->file.size(),
                        .quality = fitted->quality},
                       found.plan);
  made.files.push_back({.name = {},
                        .extension = std::string(imaging::file_extension(format)),
                        .bytes = std::move(fitted->file)});
  return made;
}

}  // namespace cutroom::engine
