#include "engine/cut_out_path.hpp"

#include <utility>

#include <boost/json.hpp>

#include "base/digest.hpp"
#include "base/log.hpp"
#include "base/run_on.hpp"

namespace cutroom::engine {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;

// Progress after each step, in percent; the model takes most of the time.
constexpr int kFetched = 10;
constexpr int kDecoded = 20;
constexpr int kSegmented = 70;
constexpr int kComposed = 85;
constexpr int kStored = 93;
constexpr int kRecorded = 97;

Error stopped() { return {.code = Errc::cancelled}; }

std::string extension_of(imaging::Format format) {
  return format == imaging::Format::jpeg ? "jpg" : std::string(imaging::to_string(format));
}

imaging::Format result_format(const imaging::CutOutOptions& options) {
  return options.mask_only && options.format == imaging::Format::jpeg ? imaging::Format::png : options.format;
}

struct Composed {
  Bytes file;
  json::object facts;
};

Result<Composed> compose(const imaging::ImageCodec& codec, imaging::Decoded picture, const imaging::Mask& mask,
                         const imaging::CutOutOptions& options, StepTimes& times) {
  Composed out;
  out.facts["width"] = picture.rgb.size.width;
  out.facts["height"] = picture.rgb.size.height;
  if (const auto box = imaging::foreground_box(mask))
    out.facts["foregroundBox"] = {{"x", box->x}, {"y", box->y}, {"width", box->width}, {"height", box->height}};
  const imaging::Image result =
      imaging::cut_out(std::move(picture.rgb), mask, picture.alpha, options);
  times.mark("compose");
  auto file = codec.encode(result, {.format = result_format(options), .quality = options.quality});
  if (!file) return file.error();
  times.mark("encode");
  out.file = std::move(*file);
  return out;
}

json::object timings_to_json(const StepTimes& times) {
  json::object out;
  for (const auto& [name, took] : times.steps())
    out[std::string(name) + "Ms"] = static_cast<double>(took.count() / 100) / 10.0;
  return out;
}

}  // namespace

awaitable<Result<std::string>> CutOutPath::run(Attempt& attempt) {
  const auto payload = payload_from_json(attempt.job.payload_json);
  if (!payload) co_return payload.error();

  StepTimes times;
  auto photo = co_await photo_of(*payload, attempt);
  if (!photo) co_return photo.error();
  times.mark("fetch");
  attempt.report(kFetched);

  auto made = co_await make(std::move(*photo), *payload, attempt, times);
  if (!made) co_return made.error();
  const std::string url = parts_.assets.url_of(made->asset.key);

  if (attempt.stop.stop_requested()) co_return stopped();
  if (auto recorded = co_await record(attempt.job, *payload, url); !recorded) co_return recorded.error();
  times.mark("record");
  attempt.report(kRecorded);

  json::object result;
  result["success"] = true;
  result["photoUrl"] = url;
  result["recordId"] = payload->record_id;
  for (auto& [key, value] : json::parse(made->facts_json).as_object()) result[key] = std::move(value);
  result["timings"] = timings_to_json(times);
  co_return json::serialize(result);
}

awaitable<Result<delivery::Photo>> CutOutPath::photo_of(const CutOutPayload& payload, Attempt& attempt) {
  if (payload.photo_key.empty()) co_return co_await parts_.photos.fetch(payload.photo_url, attempt.stop);
  auto bytes = co_await parts_.assets.read(payload.photo_key);
  if (!bytes && bytes.error().code == Errc::not_found)
    co_return Error{.code = Errc::upstream_missing, .message = "The uploaded photo is gone"};
  if (!bytes) co_return bytes.error();
  co_return delivery::Photo{.bytes = std::move(*bytes)};
}

awaitable<Result<CutOutPath::Made>> CutOutPath::make(delivery::Photo photo, const CutOutPayload& payload,
                                                     Attempt& attempt, StepTimes& times) {
  // Every lambda below runs on a pool while this coroutine waits, so it may use what lies in its frame.
  const std::string cache_key = co_await run_on(parts_.compute, [&] {
    return sha256_hex(photo.bytes.span()) + parts_.segmenter.model() + json::serialize(json::object{
               {"o", to_json(CutOutPayload{.record_id = 0, .options = payload.options})}});
  });
  if (auto before = co_await made_before(cache_key)) co_return std::move(*before);

  if (attempt.stop.stop_requested()) co_return stopped();
  auto decoded = co_await run_on(parts_.compute, [&] {
    auto picture = parts_.codec.decode(photo.bytes.span(), parts_.limits);
    photo.bytes = Bytes();  // The file is no longer needed; a dozen of them waiting for the model would add up.
    return picture;
  });
  if (!decoded) co_return decoded.error();
  times.mark("decode");
  attempt.report(kDecoded);

  auto input = co_await run_on(parts_.compute, [&] { return parts_.segmenter.prepare(decoded->rgb); });
  if (!input) co_return input.error();
  times.mark("prepare");

  auto output = co_await run_on(parts_.model_turn, [&]() -> Result<imaging::Tensor> {
    if (attempt.stop.stop_requested()) return stopped();
    times.mark("modelWait");
    return parts_.segmenter.infer(std::move(*input), attempt.stop);
  });
  if (!output) co_return output.error();
  times.mark("infer");
  attempt.report(kSegmented);

  if (attempt.stop.stop_requested()) co_return stopped();
  auto composed = co_await run_on(parts_.compute, [&]() -> Result<Composed> {
    auto mask = parts_.segmenter.finish(*output, decoded->rgb.size);
    if (!mask) return mask.error();
    output->values = {};
    times.mark("mask");
    return compose(parts_.codec, std::move(*decoded), *mask, payload.options, times);
  });
  if (!composed) co_return composed.error();
  attempt.report(kComposed);

  if (attempt.stop.stop_requested()) co_return stopped();
  composed->facts["bytes"] = composed->file.size();
  composed->facts["format"] = imaging::to_string(result_format(payload.options));
  composed->facts["model"] = parts_.segmenter.model();
  auto asset =
      co_await parts_.assets.put(std::move(composed->file), extension_of(result_format(payload.options)));
  if (!asset) co_return asset.error();
  times.mark("store");
  attempt.report(kStored);

  Made made{.asset = std::move(*asset), .facts_json = json::serialize(composed->facts)};
  cache_.put(cache_key, json::serialize(json::array{made.asset.key, made.facts_json}));
  co_return made;
}

awaitable<std::optional<CutOutPath::Made>> CutOutPath::made_before(const std::string& cache_key) {
  const auto cached = cache_.find(cache_key);
  if (!cached) co_return std::nullopt;
  const json::array entry = json::parse(*cached).as_array();
  auto asset = co_await parts_.assets.find(std::string(entry[0].as_string()));
  if (!asset) {  // Deleted meanwhile: make it again.
    cache_.forget(cache_key);
    co_return std::nullopt;
  }
  co_return Made{.asset = std::move(*asset), .facts_json = std::string(entry[1].as_string())};
}

awaitable<Result<void>> CutOutPath::record(const jobs::Job& job, const CutOutPayload& payload,
                                           const std::string& url) {
  co_return co_await parts_.records.update({.record_id = payload.record_key(),
                                            .project_id = payload.project_key(),
                                            .vendor_id = payload.vendor,
                                            .original_url = payload.photo_url,
                                            .photo_url = url,
                                            .processed = true,
                                            .processing_status = "completed",
                                            .processed_at = parts_.clock.now(),
                                            .error = "",
                                            .job_id = job.id});
}

awaitable<void> CutOutPath::gave_up(const jobs::Job& job, const std::string& reason) {
  const auto payload = payload_from_json(job.payload_json);
  if (!payload) co_return;  // No record to write to; the job itself keeps the reason.
  const auto written = co_await parts_.records.update({.record_id = payload->record_key(),
                                                       .project_id = payload->project_key(),
                                                       .vendor_id = payload->vendor,
                                                       .original_url = payload->photo_url,
                                                       .processed = false,
                                                       .processing_status = "failed",
                                                       .processed_at = parts_.clock.now(),
                                                       .error = reason,
                                                       .job_id = job.id});
  if (!written)
    log::error("job {}: the record of the failure could not be written: {}", job.id, written.error().detail);
}

}  // namespace cutroom::engine
