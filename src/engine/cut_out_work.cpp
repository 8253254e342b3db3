#include "engine/cut_out_work.hpp"

#include <cmath>
#include <utility>

#include <boost/json.hpp>

#include "engine/cut_out_order.hpp"
#include "engine/order_urls.hpp"

namespace cutroom::engine {
namespace {

namespace json = boost::json;

// Progress after each step, in percent; the model takes most of the time.
int percent_after(CutOutPipeline::Step step) {
  switch (step) {
    case CutOutPipeline::Step::decoded:
      return 20;
    case CutOutPipeline::Step::segmented:
      return 70;
    case CutOutPipeline::Step::composed:
      return 85;
  }
  return kFetchedPercent;
}

json::object to_json(const imaging::Rect& rect) {
  return {{"x", rect.x}, {"y", rect.y}, {"width", rect.width}, {"height", rect.height}};
}

json::object facts_to_json(const CutOutFacts& facts, const imaging::CutOutOptions& options) {
  json::object out{{"width", facts.size.width},
                   {"height", facts.size.height},
                   {"format", imaging::to_string(facts.format)},
                   {"bytes", facts.bytes},
                   {"model", facts.model},
                   {"confidence", std::round(facts.confidence * 1000) / 1000}};
  if (const auto& box = facts.foreground_box) out["foregroundBox"] = to_json(*box);
  if (const auto& place = facts.placement) {
    out["source"] = {{"width", facts.source.width}, {"height", facts.source.height}};
    out["placement"] = to_json(*place);
  }
  if (options.refine != imaging::Refine::none) out["refine"] = imaging::to_string(options.refine);
  return out;
}

}  // namespace

std::string CutOutWork::cache_key(const Payload& payload) const {
  const imaging::CutOutOptions options = cut_out_options_from(payload.work);
  // What lies at an address today may be another image tomorrow.
  if (!options.background_url.empty() && !held_image(payload.work, options.background_url))
    return "not again " + std::to_string(++never_again_);
  return pipeline_.model() + " " + json::serialize(options_to_json(options));
}

boost::asio::awaitable<Result<MadeFiles>> CutOutWork::run(Bytes photo, const Payload& payload,
                                                          PhotoRun& run) {
  const imaging::CutOutOptions options = cut_out_options_from(payload.work);
  CutOutInput input{.photo = std::move(photo), .background = {}};
  if (!options.background_url.empty()) {
    std::string field = "options.backgroundImageUrl";
    auto background = co_await images_.get(payload, options.background_url, std::move(field), run.stop);
    if (!background) co_return background.error();
    input.background = std::move(*background);
    run.times.mark("background");
  }
  auto cut = co_await pipeline_.run(std::move(input), options, run.stop, run.times,
                                    [&run](CutOutPipeline::Step step) { run.report(percent_after(step)); });
  if (!cut) co_return cut.error();
  MadeFiles made;
  made.facts = facts_to_json(cut->facts, options);
  made.files.push_back({.name = {}, .extension = std::move(cut->extension), .bytes = std::move(cut->file)});
  co_return made;
}

}  // namespace cutroom::engine
