#include "app/wire.hpp"

#include <filesystem>
#include <utility>

#include "app/face_detection.hpp"
#include "app/face_presets.hpp"
#include "app/model_folder.hpp"
#include "app/secret_file.hpp"
#include "app/stores.hpp"
#include "app/wire/options.hpp"
#include "app/wire/wired_server.hpp"

namespace cutroom::app {

Result<std::unique_ptr<Server>> make_server(boost::asio::io_context& io, const Settings& settings,
                                            Role role) {
  if (role != Role::serve && !is_shared(settings)) {
    return Error{.code = Errc::invalid_input,
                 .message =
                     "API and workers in processes of their own need a Redis to share: set --redis "
                     "redis://HOST:PORT (or REDIS_HOST); alone there is `cutroom serve`"};
  }
  auto model = find_model(settings.model, model_folders(settings));
  if (!model) return model.error();
  auto presets = read_face_presets(settings.faces_presets_dir);
  if (!presets) return presets.error();
  auto faces = make_face_detector(settings);
  if (!faces) return faces.error();
  auto fetch = fetch_options(settings);
  if (!fetch) return fetch.error();
  auto stores = open_stores(io, settings);
  if (!stores) return stores.error();
  auto webhook_secret = read_or_make_secret(std::filesystem::path(settings.data_dir) / "webhook.secret");
  if (!webhook_secret) return webhook_secret.error();

  auto server =
      std::make_unique<WiredServer>(io, settings, role,
                                    Opened{std::move(*webhook_secret), std::move(*model), std::move(*presets),
                                           std::move(*faces), std::move(*fetch), std::move(*stores)});
  if (auto opened = server->open(); !opened) return opened.error();
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace cutroom::app
